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
# shellcheck source=lib/kill.sh
. "$host_dir/lib/kill.sh"

kills=${3:-20}
clone_id=$(tgt_scsiid 0002)
declare -A left

call_text() {
	xapi_call sr_create target=127.0.0.1 targetIQN="$iqn" initiator="$initiator" \
		SCSIid="$clone_id"
}

# What a run has left on the host, in a few words.
note_kill() {
	what=
	[ -z "$(find /etc/iscsi/nodes -type f 2>/dev/null)" ] || what+=' record'
	! iscsi_session "$iqn" >/dev/null || what+=' session'
	[ ! -e /sys/block/sda ] || what+=' disk'
	! grep -qs '^mpath-' /sys/class/block/dm-*/dm/uuid || what+=' map'
	what=${what:- nothing}
	left[$what]=$((${left[$what]-0} + 1))
}

check_rest() {
	state_kept /tmp/before || fail "kill $1, left$what: the next run leaves that"
	! written /tmp/original.img || fail "the original was written to"
}

# killed_at_random TIMES [multipath]
killed_at_random() {
	left=()
	serve tgt 512 127.0.0.1:3260
	[ "${2:-}" != multipath ] || multipathd_start
	host_state >/tmp/before
	killed_runs "$1"
	for what in "${!left[@]}"; do
		echo "time: left when killed:$what, ${left[$what]} times"
	done
	multipathd_stop
	serve_end tgt
}

run_test "killed at $kills random moments, then run again" killed_at_random "$kills"
run_test "through a map, killed at $((kills / 4)) random moments" \
	killed_at_random $((kills / 4)) multipath
finish
