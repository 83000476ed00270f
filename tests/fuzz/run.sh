#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# tests/fuzz/run.sh BUILD [SECONDS [TARGET...]]: builds every fuzz target, or
# those that are named, and runs each that long (5 s), two at a time. Prints one
# line a target, "ok NAME" or "not ok NAME". What a target has learned stays in
# BUILD/fuzz/corpus, inputs that broke it in BUILD/fuzz/crash. Images in
# FUZZ_IMAGES (raw, space-separated) become seeds too.
set -u
cd "$(dirname "$0")/../.." || exit 1
out=${1:?usage: run.sh BUILD [SECONDS [TARGET...]]}/fuzz
seconds=${2:-5}
shift $(($# < 2 ? $# : 2))
targets=${*:-$(basename -a -s .c tests/fuzz/fuzz_*.c | sed 's/^fuzz_//')}

helpers=$(find tests/unit -name '*.c' ! -name 'test_*')
sources="$(ls lib/*/*.c) $helpers"
mkdir -p "$out/obj" "$out/corpus" "$out/crash" || exit 1
out=$(realpath "$out")
# -fno-sanitize-recover: undefined behaviour is a crash, which libFuzzer keeps.
# Without checks that cost one for every access, and that ASan makes too.
export out seconds FLAGS="-std=c11 -O2 -gline-tables-only -I. -Ilib -D_GNU_SOURCE -DVERSION=\"fuzz\" \
	-I/usr/include/libxml2 -fno-omit-frame-pointer \
	-fsanitize=address,undefined -fno-sanitize=null,alignment,object-size \
	-fno-sanitize-recover=all"
# What a short run cannot use: memory that stays poisoned for long, deep stacks.
export ASAN_OPTIONS=quarantine_size_mb=1:malloc_context_size=1:max_malloc_fill_size=0
export LIBS="-ljansson -lxml2 -liscsi -luuid -lcares"

compile() { # SOURCE: what all targets link; lib/ is what coverage is asked of
	local object=$out/obj/${1//\//_}.o cover=

	[[ $1 == lib/* ]] && cover=-fsanitize=fuzzer-no-link
	[[ $1 == */crc.c ]] && cover=-fno-sanitize=all
	# What these compare is no word of an input, or one byte after the other:
	# most of a run would go into telling libFuzzer so.
	case $1 in
	*/lvm_text.c | */vhd.c | */parent_name.c | */uuid_scan.c | */lvm_map.c | \
		*/resign_journal_*.c | lib/base/* | lib/lun/* | lib/sr/* | \
		lib/plan/* | lib/txn/* | lib/engine/*)
		cover+=" -fno-sanitize-coverage=trace-cmp"
		;;
	esac

	[ -e "$object" ] && [ -z "$(find "$1" lib tests/unit -name '*.[ch]' \
		-newer "$object" -print -quit)" ] && return
	# shellcheck disable=SC2086
	clang $FLAGS $cover -c "$1" -o "$object"
}

link() { # TARGET
	# shellcheck disable=SC2086
	clang $FLAGS -fsanitize=fuzzer -fno-sanitize-coverage=trace-cmp \
		"tests/fuzz/fuzz_$1.c" "$out/lib.a" \
		$LIBS -o "$out/fuzz_$1"
}

run() { # TARGET
	local log=$out/$1.log

	mkdir -p "$out/corpus/$1" "$out/seeds/$1"
	if "$out/fuzz_$1" -max_total_time="$seconds" -timeout=60 \
		-rss_limit_mb=2048 -max_len=16384 -len_control=0 -close_fd_mask=1 \
		-entropic=0 \
		-artifact_prefix="$out/crash/$1-" \
		"$out/corpus/$1" "$out/seeds/$1" >"$log" 2>&1; then
		echo "ok fuzz $1 ($(grep -c . <(ls "$out/corpus/$1")) inputs," \
			"$(awk '/^Done/ { print $2 }' "$log") runs)"
	else
		echo "not ok fuzz $1"
		grep -E 'ERROR|runtime error|^error|SUMMARY|Test unit' "$log" |
			sed 's/^/    /'
	fi
}
export -f compile link run

# The names of targets are words.
# shellcheck disable=SC2086
if ! printf '%s\n' $sources | xargs -P 2 -I{} bash -c 'compile {}' ||
	! rm -f "$out/lib.a" || ! ar rcs "$out/lib.a" "$out"/obj/*.o ||
	! printf '%s\n' $targets | xargs -P 2 -I{} bash -c 'link {}'; then
	echo "not ok fuzz targets build"
	exit 1
fi
rm -rf "$out/seeds"
mkdir -p "$out/seeds"
# shellcheck disable=SC2086
if ! clang $FLAGS -fsanitize=fuzzer-no-link tests/fuzz/seeds.c "$out/lib.a" \
	$LIBS -o "$out/make_seeds" ||
	! "$out/make_seeds" "$out/seeds" ${FUZZ_IMAGES:-}; then
	echo "not ok fuzz seeds"
	exit 1
fi
# shellcheck disable=SC2086
printf '%s\n' $targets | xargs -P 2 -I{} bash -c 'run {}' | tee "$out/result"
! grep -q '^not ok' "$out/result"
