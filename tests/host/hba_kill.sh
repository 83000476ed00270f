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
# shellcheck source=../support/xapi.sh
. "$host_tree/tests/support/xapi.sh"

kills=${3:-12}
batch=20
mkdir -p /tmp/call
success="fault 1 Error reporting error, unknown key The SR has been successfully resigned. Use the lvmohba type to attach it"

# run_until MICROSECONDS SIGNAL: one run, which gets the signal so long after it
# has locked the LUN. Sets $new, $answer, $ended ("exit" or "signal") and $lived.
run_until() {
	local text

	new=$(xapi_uuid)
	text=$(XAPI_SR_UUID=$new xapi_call sr_create SCSIid="$clone_id")
	"$build/tests/iscsi/kill_at" "/run/lock/sm/relvmoiscsi/$clone_id" "$1" "$2" \
		/tmp/call/stdout /tmp/call/stderr \
		/usr/bin/env -i PATH=/sbin:/usr/sbin:/bin:/usr/bin "$build/RELVMoHBASR" "$text" >/tmp/call/end
	read -r ended _ lived < <(tail -n 1 /tmp/call/end)
	[ "$ended" = signal ] || answer=$("$build/tests/support/xapi_answer" /tmp/call/stdout) ||
		fail "$(cat /tmp/call/end /tmp/call/stdout /tmp/call/stderr)"
}

# killed_at_random TIMES PATHS
killed_at_random() {
	local times=$1 i whole=0 first killed=0

	[ "$2" = 1 ] || multipathd_start
	up "$2"
	map_clone "$2"
	[ "$2" = 1 ] || wait_for multipath_has "$clone_id" "$2" active
	udevadm settle
	host_state | grep -v lvm-pv >/tmp/before
	for ((i = 0; i < 3; i++)); do
		cp --sparse=always /tmp/pristine.img /tmp/clone.img
		run_until 0 0
		[ "$answer" = "$success" ] || fail "$answer"
		[ "$lived" -le "$whole" ] || whole=$lived
	done
	echo "time: a resign: $((whole / 1000)) ms at most"
	for ((i = 0; killed < times && i < 4 * times; i++)); do
		cp --sparse=always /tmp/pristine.img /tmp/clone.img
		run_until $(((RANDOM * 32768 + RANDOM) % whole)) 9
		first=$new
		if [ "$ended" != signal ]; then
			# The machine has become quicker than it was.
			whole=$lived
			continue
		fi
		killed=$((killed + 1))
		run_until 0 0
		[ "$answer" = "$success" ] || fail "kill $i: then $answer"
		judge_later "kill$i" /tmp/clone.img "$first" "$new"
		if [ ${#judged[@]} -ge "$batch" ] || [ "$killed" = "$times" ]; then
			judge /tmp/original.img
		fi
	done
	[ "$killed" = "$times" ] || fail "only $killed of $times runs were killed"
	udevadm settle
	host_state | grep -v lvm-pv | state_same /tmp/before - || fail 'the host has changed'
	cmp /tmp/pristine.img /tmp/original.img || fail 'the original was written to'
	[ "$2" = 1 ] || multipathd_stop
	down
}

run_test "killed at $kills random moments, then run again" killed_at_random "$kills" 1
run_test "through a map, killed at $((kills / 4)) random moments" killed_at_random $((kills / 4)) 2
finish
