#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# test_two_hosts.sh BUILD: two hosts at one LUN, over iSCSI. The other host is
# lun_tool, which reserves the LUN as a resign there does.

# shellcheck disable=SC2317 # functions that `check` calls
set -u
# shellcheck source=tests/driver/lib.sh
. "$(dirname "$0")/lib.sh"

driver_begin "$@"
clone_id=$(lun_id 1)
program_pid=

driver_clean_up()
{
	[[ -z $program_pid ]] || kill -KILL "$program_pid" 2>/dev/null
	let_go 2>/dev/null
}

set_up()
{
	golden single-vhd "$WORK/original"
	clone "$WORK/original" "$WORK/clone"
	tgt_target 1 "$IQN"
	tgt_lun 1 1 "$WORK/clone" scsi_id="$(lun_serial 1)"
}

# other_host ACTION...: another host, which holds on until let_go.
other_host()
{
	local line

	coproc OTHER { exec "$BUILD/tests/iscsi/lun_tool" \
		-i iqn.2024-01.test:other "$IQN" "$clone_id" \
		"127.0.0.1:$TGT_PORT" "$@" hold 2>&1; }
	while read -r line <&"${OTHER[0]}"; do
		[[ $line != holding ]] || return 0
	done
	return 1
}

let_go()
{
	local input=${OTHER[1]} pid=$OTHER_PID

	exec {input}>&-
	wait "$pid"
}

# Runs relvm, which says on stderr what SMlog is told, until it has said PATTERN.
# start_until PATTERN [OPTION]...
start_until()
{
	local pattern=$1

	shift
	: >"$WORK/said"
	RELVMOISCSI_CONF=$CONF "$BUILD/relvm" resign --yes "$@" --initiator-name \
		"$INITIATOR" "iscsi://127.0.0.1:$TGT_PORT/$IQN/$clone_id" \
		>>"$WORK/said" 2>&1 </dev/null &
	program_pid=$!
	until grep -q "$pattern" "$WORK/said"; do
		kill -0 "$program_pid" 2>/dev/null || break
		sleep 0.01
	done
}

ended()
{
	wait "$program_pid"
	program_pid=
}

said()
{
	grep -q "$1" "$WORK/said" || { cat "$WORK/said"; return 1; }
}

untouched()
{
	same "$WORK/original" "$WORK/clone"
}

refused()
{
	answered || return
	[[ $ANSWER == "fault 37 "*"another host has reserved the LUN"* ]] ||
		{ echo "$ANSWER"; return 1; }
	untouched
}

set_up
other_host fence
call_lun "$clone_id"
check "another host has the LUN reserved: 37, untouched" refused

start_until 'waiting for it'
check "waiting is said at once" said 'reserved the LUN .*; waiting for it'
kill -TERM "$program_pid"
ended
check "and ends on SIGTERM" said 'stopped by a signal'

start_until 'waiting for it'
let_go
ended
check "nobody resigns anew what another host has just had" \
	said 'another host has just worked on this LUN'
check "and it is untouched" untouched

other_host fence
start_until 'waiting for it' --from "$(jq -r .sr_uuid "$driver_here/../golden/single-vhd.json")"
let_go
ended
check "with --from it can be done only once: what the other host left is resigned" \
	said ': resigned, SR '
clone "$WORK/original" "$WORK/clone"

other_host fence
start_until 'waiting for it' --from "$(jq -r .sr_uuid "$driver_here/../golden/single-vhd.json")"
clone "$WORK/original" "$WORK/by.other"
RELVMOISCSI_CONF=$CONF "$BUILD/relvm" resign --yes "$WORK/by.other" >/dev/null 2>&1
cp "$WORK/by.other" "$WORK/clone"
let_go
ended
check "and what it has resigned is left alone" said ': left alone: '
check "as it is" same "$WORK/by.other" "$WORK/clone"
clone "$WORK/original" "$WORK/clone"

call_lun "$clone_id"
check "the next call does" resigned
check "rightly" audited "$XAPI_SR_UUID" "$WORK/original" "$WORK/clone"

# A registration outlives its session: the last, on this LUN.
registered()
{
	answered || return
	[[ $ANSWER == "fault 16 "*"has a persistent reservation"*f00d* ]] ||
		{ echo "$ANSWER"; return 1; }
	same "$WORK/resigned" "$WORK/clone"
}

clone "$WORK/clone" "$WORK/resigned"
other_host register:f00d
call_lun "$clone_id"
check "another host has registered its key: 16, untouched" registered
let_go
call_lun "$clone_id"
check "and when its session is gone, too" registered
check "no session or lock is left" no_session 1
driver_end
