#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# kill.sh BUILD [PATTERN [KILLS]]: the program is killed (SIGKILL) at KILLS random
# moments of a resign through the host's own initiator: 20, or $KILLS of the
# environment. The next run must finish it, with one set of ids, and take away
# what the killed one has left on the host.
# shellcheck disable=SC2317 # run_test calls the functions
set -u

[ $# != 1 ] || set -- "$1" '*' "${KILLS:-20}"
# shellcheck disable=SC2034 # for guest.sh
guest_limit=$((900 + 60 * ${3:-20}))
# shellcheck source=guest.sh
. "$(dirname -- "$0")/guest.sh"
# shellcheck source=lib/driver.sh
. "$host_dir/lib/driver.sh"
# shellcheck source=lib/judge.sh
. "$host_dir/lib/judge.sh"

kills=${3:-12}
batch=20
clone_id=$(tgt_scsiid 0002)

# run_until MICROSECONDS SIGNAL: one run, which gets the signal so long after it
# has locked the LUN. Sets $sr, $ended ("exit" or "signal") and $lived.
run_until() {
	local text

	sr=$(xapi_uuid)
	text=$(XAPI_SR_UUID=$sr xapi_call sr_create target=127.0.0.1 targetIQN="$iqn" \
		initiator="$initiator" SCSIid="$clone_id")
	"$build/tests/iscsi/kill_at" "/run/lock/sm/relvmoiscsi/$clone_id" "$1" "$2" \
		/tmp/call/stdout /tmp/call/stderr \
		/usr/bin/env -i PATH=/sbin:/usr/sbin:/bin:/usr/bin "$program" "$text" >/tmp/call/end
	read -r ended _ lived < <(tail -n 1 /tmp/call/end)
	[ "$ended" = signal ] || answer=$("$answer_of" /tmp/call/stdout) ||
		fail "$(cat /tmp/call/end /tmp/call/stdout /tmp/call/stderr)"
}

fresh() {
	cp --sparse=always "$pristine" /tmp/clone.img
}

# What a run has left on the host, in a few words.
left_on_host() {
	local what=

	[ -z "$(find /etc/iscsi/nodes -type f 2>/dev/null)" ] || what+=' record'
	! iscsi_session "$iqn" >/dev/null || what+=' session'
	[ ! -e /sys/block/sda ] || what+=' disk'
	! grep -qs '^mpath-' /sys/class/block/dm-*/dm/uuid || what+=' map'
	echo "${what:- nothing}"
}

# killed_at_random TIMES [multipath]
killed_at_random() {
	local times=$1 i whole=0 first what killed=0
	local -A left=()

	serve tgt 512 127.0.0.1:3260
	[ "${2:-}" != multipath ] || multipathd_start
	host_state >/tmp/before
	for ((i = 0; i < 3; i++)); do
		fresh
		run_until 0 0
		[ "$answer" = "$success" ] || fail "$answer"
		[ "$lived" -le "$whole" ] || whole=$lived
	done
	echo "time: a resign: $((whole / 1000)) ms at most"
	for ((i = 0; killed < times && i < 4 * times; i++)); do
		fresh
		run_until $(((RANDOM * 32768 + RANDOM) % whole)) 9
		first=$sr
		if [ "$ended" = signal ]; then
			killed=$((killed + 1))
			what=$(left_on_host)
			left[$what]=$((${left[$what]-0} + 1))
		else
			# The machine has become quicker than it was.
			whole=$lived
			continue
		fi
		run_until 0 0
		[ "$answer" = "$success" ] || fail "kill $i, left$what: then $answer"
		state_kept /tmp/before || fail "kill $i, left$what: the next run leaves that"
		! written /tmp/original.img || fail "the original was written to"
		judge_later "kill$i" /tmp/clone.img "$first" "$sr"
		if [ ${#judged[@]} -ge $batch ] || [ "$killed" = "$times" ]; then
			judge /tmp/original.img
		fi
	done
	for what in "${!left[@]}"; do
		echo "time: left when killed:$what, ${left[$what]} times"
	done
	[ "$killed" = "$times" ] || fail "only $killed of $times runs were killed"
	multipathd_stop
	serve_end tgt
}

run_test "killed at $kills random moments, then run again" killed_at_random "$kills"
run_test "through a map, killed at $((kills / 4)) random moments" \
	killed_at_random $((kills / 4)) multipath
finish
