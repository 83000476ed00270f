#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# hba_kill.sh BUILD [PATTERN [KILLS]]: relvmohba is killed (SIGKILL) at KILLS random
# moments of a resign, by one path, and at a quarter as many by a map of two. The
# next run must finish it, with one set of ids, and the host be as it was.
# shellcheck disable=SC2317 # run_test calls the functions
set -u

[ $# != 1 ] || set -- "$1" '*' "${KILLS:-12}"
# shellcheck disable=SC2034 # for guest.sh
guest_limit=$((900 + 60 * ${3:-12}))
# shellcheck source=guest.sh
. "$(dirname -- "$0")/guest.sh"
# shellcheck source=lib/hba.sh
. "$host_dir/lib/hba.sh"
# shellcheck source=lib/judge.sh
. "$host_dir/lib/judge.sh"
# shellcheck source=lib/kill.sh
. "$host_dir/lib/kill.sh"
# shellcheck source=../support/xapi.sh
. "$host_tree/tests/support/xapi.sh"

kills=${3:-12}
# shellcheck disable=SC2034 # for lib/kill.sh
program=$build/RELVMoHBASR
# shellcheck disable=SC2034
success="fault 1 Error reporting error, unknown key The SR has been successfully resigned. Use the lvmohba type to attach it"

call_text() {
	xapi_call sr_create SCSIid="$clone_id"
}

check_rest() {
	same_images /tmp/pristine.img /tmp/original.img || fail "kill $1: the original was written to"
}

# killed_at_random TIMES PATHS
killed_at_random() {
	[ "$2" = 1 ] || multipathd_start
	up "$2"
	map_clone "$2"
	[ "$2" = 1 ] || wait_for multipath_has "$clone_id" "$2" active
	udevadm settle
	host_state | grep -v lvm-pv >/tmp/before
	killed_runs "$1"
	udevadm settle
	host_state | grep -v lvm-pv | state_same /tmp/before - || fail 'the host has changed'
	[ "$2" = 1 ] || multipathd_stop
	down
}

run_test "killed at $kills random moments, then run again" killed_at_random "$kills" 1
run_test "through a map, killed at $((kills / 4)) random moments" killed_at_random $((kills / 4)) 2
finish
