# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# Runs of the program against one LUN, killed, stopped or two at once, and the
# judges of what they leave. To be sourced. The target is tgt; in a test host, with
# RUNS_TARGET=lio, LIO, and with lio-no-pr LIO that has no reservations.
#
#   runs_begin BUILD AUDIT   $work, the LUN, $lun, served by a target at $portal,
#                            and a clean up
#   start NAME SR MICROSECONDS SIGNAL [INITIATOR]
#                            one run of the program, at $port; its end goes to
#                            NAME.end
#   answer NAME              what it answered, one line
#   keep, judge              below

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/iscsi/tgt.sh
. "$here/tgt.sh"
# shellcheck source=tests/host/lib/lio.sh
. "$here/../host/lib/lio.sh"
# shellcheck source=tests/support/lvm.sh
. "$here/../support/lvm.sh"
# shellcheck source=tests/support/xapi.sh
. "$here/../support/xapi.sh"

target=${RUNS_TARGET-tgt}

target_up() {
	if [ "$target" = tgt ]; then
		tgt_start "$work" &&
			tgt_target 1 $iqn &&
			tgt_lun 1 1 "$lun" scsi_id="dead$$" || return
		portal=$TGT_PORT
		return
	fi
	lio_start &&
		lio_target $iqn 127.0.0.1:3260 &&
		lio_backstore clone "$lun" 512 "dead$$" &&
		lio_lun $iqn 1 clone || return
	portal=3260
	[ "$target" = lio ] ||
		echo 0 >"$lio_root/core/fileio_0/clone/attrib/emulate_pr"
}

target_down() {
	if [ "$target" = tgt ]; then
		tgt_stop
	else
		lio_stop
	fi
}

has_session() {
	if [ "$target" = tgt ]; then
		[ "$(tgt_sessions 1)" != 0 ]
	else
		[ -s "$lio_root/iscsi/$iqn/tpgt_1/dynamic_sessions" ] &&
			grep -q . "$lio_root/iscsi/$iqn/tpgt_1/dynamic_sessions"
	fi
}

runs_begin() {
	build=$(realpath "$1")
	audit=$(realpath "$2")
	program=$build/RELVMoISCSISR
	kill_at=$build/tests/iscsi/kill_at
	work=$(mktemp -d)
	mkdir "$work/kept"
	: >"$work/said"
	export RELVMOISCSI_CONF=$work/conf
	lun=$work/lun
	trap clean_up EXIT
	trap 'exit 143' INT TERM
	echo "xapi_socket = none" >"$RELVMOISCSI_CONF"
	zstd -q -d --sparse "$here/../golden/snapshots.img.zst" -o "$work/original"
	fresh
	target_up || exit 1
	port=$portal
}

iqn=iqn.2024-01.test:clone
# An id of this test's own, so that it may run beside others.
if [ "$target" = tgt ]; then
	id=$(tgt_scsiid "dead$$")
else
	id=$(lio_scsiid "dead$$")
fi
locks=/var/lock/sm/relvmoiscsi
# shellcheck disable=SC2034 # for tests
done_text="fault 1 Error reporting error, unknown key The SR has been \
successfully resigned. Use the lvmoiscsi type to attach it"
# Images that lvm2 looks at together. A test host keeps them, 60 MiB each, in its
# memory.
batch=20
[ "$target" = tgt ] || batch=8
failures=0

clean_up() {
	lvm_end
	target_down
	rm -rf "$work"
}

# result NAME STATUS [TEXT]
result() {
	if [ "$2" = 0 ]; then
		echo "ok $1${3:+ ($3)}"
	else
		echo "not ok $1"
		printf '%s\n' "${3-}" | sed 's/^/    /'
		failures=$((failures + 1))
	fi
}

# RANDOM alone has 15 bits.
random_below() {
	echo $(((RANDOM * 32768 + RANDOM) % $1))
}

start() {
	local call

	call=$(XAPI_SR_UUID=$2 xapi_call sr_create target=127.0.0.1 \
		port="$port" targetIQN=$iqn SCSIid="$id" \
		localIQN="${5:-iqn.2024-01.test:host}" initiator=libiscsi)
	: >"$work/$1.end"
	"${host[@]}" "$kill_at" "$locks/$id" "$3" "$4" "$work/$1.out" "$work/$1.err" \
		"$program" "$call" >"$work/$1.end"
}
host=()

# What the program answered, one line; also if it did not end as xapi wants.
answer() {
	local how number us

	read -r how number us < <(tail -n 1 "$work/$1.end")
	if [ "$how $number" != "exit 0" ]; then
		echo "$how $number"
	elif [ -s "$work/$1.err" ]; then
		echo "stderr: $(head -c 300 "$work/$1.err")"
	else
		"$build/tests/support/xapi_answer" "$work/$1.out" 2>&1
	fi
}

lived() {
	local how number us

	read -r how number us < <(tail -n 1 "$work/$1.end")
	echo "$us"
}

# What a killed run has left: the state of its journal's head, if there is one.
left_over() {
	local at

	at=$(head -c 16M "$lun" | grep -aobF RELVMJNL | head -n 1)
	at=${at%%:*}
	[ -n "$at" ] || {
		echo none
		return
	}
	case $(od -An -tu4 -j $((at + 16)) -N 4 "$lun" | tr -d ' ') in
	1) echo claimed ;;
	2) echo committed ;;
	*) echo damaged ;;
	esac
}

# The target may still be working on what a killed run has sent.
no_session() {
	local i

	for ((i = 0; i < 500; i++)); do
		has_session || return 0
		sleep 0.01
	done
	echo "a session is left"
	return 1
}

no_lock() {
	[ ! -e "$locks/$id" ] || {
		echo "its lock is left"
		return 1
	}
}

nothing_left() {
	no_session && no_lock && [ "$(left_over)" = none ]
}

fresh() {
	cp --sparse=always "$work/original" "$lun"
}

le64() {
	od -An -tu8 -j "$1" -N 8 "$2" | tr -d ' '
}

same_bytes() { # AT LENGTH
	cmp -n "$2" -i "$1" "$work/original" "$lun"
}

# Label, mda_header, the text that this one names, and all behind the metadata
# area. Unused ring space may hold anything but a journal's head.
unchanged() {
	local text len area

	text=$((4096 + $(le64 $((4096 + 40)) "$work/original")))
	len=$(le64 $((4096 + 48)) "$work/original")
	area=$((4096 + $(le64 $((4096 + 32)) "$work/original")))
	same_bytes 0 4608 && same_bytes "$text" "$len" &&
		same_bytes "$area" $((256 << 20)) &&
		[ "$(left_over)" = none ]
}

# keep NAME SR...: for `judge`: the LUN as it is now must be a resign of the
# original to one of these SRs.
kept=()
keep() {
	cp --sparse=always "$lun" "$work/kept/$1.img"
	printf '%s\n' "${@:2}" >"$work/kept/$1.srs"
	kept+=("$1")
}

judge_these() {
	local name vg sr wrong=0

	mkdir "$work/lvm"
	lvm_begin "$work/lvm"
	lvm_attach original "$work/original"
	for name in "$@"; do
		lvm_attach "$name" "$work/kept/$name.img"
	done
	lvm_run vgck || wrong=1
	lvm_report >"$work/report" || wrong=1
	for name in "$@"; do
		vg=$(grep "^PV|$name|" "$work/report" | cut -d'|' -f10)
		sr=${vg#VG_XenStorage-}
		if ! grep -qxF "$sr" "$work/kept/$name.srs" ||
			! "$audit" "$sr" "$work/report" original \
				"$work/original" "$name" "$work/kept/$name.img" \
				>"$work/said" 2>&1; then
			echo "$name: VG $vg, wanted one of:"
			cat "$work/kept/$name.srs" "$work/said"
			wrong=1
		fi
	done
	lvm_end
	rm -rf "$work/lvm"
	return $wrong
}

# lvm2 looks at all together, and one by one if there is something.
judge() {
	local name wrong=0 apart=0

	if ! judge_these "${kept[@]}" >"$work/together" 2>&1; then
		wrong=1
		for name in "${kept[@]}"; do
			judge_these "$name" 2>&1 || apart=1
		done
		[ $apart = 1 ] || cat "$work/together"
	fi
	rm -rf "$work/kept/"*
	[ $wrong = 0 ]
}

# A host of its own, as far as the program can tell: locks and boot.
make_hosts() {
	local j

	cat >"$work/host" <<-'END'
		#!/bin/bash
		mount -t tmpfs none "$(realpath /var/lock)" &&
			mount --bind "$1" /proc/sys/kernel/random/boot_id &&
			exec "${@:2}"
	END
	for j in 0 1; do
		xapi_uuid >"$work/boot$j"
	done
}

start_on() { # HOSTS J SR DELAY
	local host=()

	[ "$1" = 1 ] || host=(unshare -m bash "$work/host" "$work/boot$2")
	sleep "$4"
	start "h$2" "$3" 0 0 "iqn.2024-01.test:host$2"
}
