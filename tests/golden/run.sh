#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# run.sh RESIGN_FILE AUDIT MUTATE [NAME…]: every golden image (or those named) is
# resigned as its manifest says, and the result judged by the real lvm2, by
# qemu-img and by an independent reader. Needs root, for loop devices. One line a
# check, then their count; status 1 if one failed.
#
# JOBS: how many images at once (as many as there are processors).

set -u
here=$(cd "$(dirname "$0")" && pwd)
RESIGN_FILE=$(realpath "$1")
AUDIT=$(realpath "$2")
MUTATE=$(realpath "$3")
# The program that was built with them.
RELVM=$(realpath "$(dirname "$1")/../../relvm")
export RESIGN_FILE AUDIT MUTATE RELVM
shift 3
# shellcheck source=tests/support/checks.sh
. "$here/../support/checks.sh"

work=$(mktemp -d)
pids=()
clean_up()
{
	((${#pids[@]} == 0)) || kill "${pids[@]}" 2>/dev/null
	wait
	rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

if (($# == 0)); then
	for manifest in "$here"/*.json; do
		name=${manifest##*/}
		set -- "$@" "${name%.json}"
	done
fi
jobs=${JOBS:-$(nproc)}
running=0
for name in "$@"; do
	if ((running >= jobs)); then
		wait -n
		((running--))
	fi
	mkdir "$work/$name"
	bash "$here/check.sh" "$here/$name.json" "$work/$name" \
		>"$work/$name.out" 2>&1 &
	pids+=($!)
	((running++))
done
for pid in "${pids[@]}"; do
	wait "$pid" ||
		echo "FAIL a part of the tests ended early" >>"$work/ends.out"
done
pids=()
cat "$work"/*.out
checks_sum "$work"/*.out
