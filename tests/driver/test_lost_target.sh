#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# test_lost_target.sh BUILD: the connection is lost at the Nth SCSI
# command, for every N that a resign of single-vhd has, and the target is killed
# at some. The program says so; and the next run, over a connection that holds,
# makes of whatever the first has left a good clone. (What a power failure can
# leave is tested without a target, block by block, in tests/crash.)

# shellcheck disable=SC2317 # functions that `check` calls
set -u
# shellcheck source=tests/driver/lib.sh
. "$(dirname "$0")/lib.sh"

driver_begin "$@"
clone_id=$(lun_id 2)
proxy_pid=

driver_clean_up()
{
	proxy_stop
}

# proxy_start [cut:N | kill:N:PID]: sets $PORTAL_PORT
proxy_start()
{
	: >"$WORK/proxy"
	"$TOOLS/iscsi_proxy" "$TGT_PORT" "$@" >"$WORK/proxy" &
	proxy_pid=$!
	until [[ -s $WORK/proxy ]]; do
		kill -0 "$proxy_pid" || exit 1
		sleep 0.002
	done
	PORTAL_PORT=$(head -n 1 "$WORK/proxy")
}

proxy_stop()
{
	[[ -n $proxy_pid ]] || return 0
	kill -KILL "$proxy_pid" 2>/dev/null
	wait "$proxy_pid" 2>/dev/null
	proxy_pid=
}

# The counts are there once the connection has ended.
proxy_wait()
{
	wait "$proxy_pid"
	proxy_pid=
	PORTAL_PORT=$TGT_PORT
}

serve()
{
	tgt_target 1 "$IQN" && tgt_lun 1 2 "$WORK/clone" scsi_id="$(lun_serial 2)"
}

# A fresh clone behind the same LUN number.
fresh()
{
	tgt_admin --mode logicalunit --op delete --tid 1 --lun 2 &&
		clone "$WORK/pristine" "$WORK/fresh" &&
		mv "$WORK/fresh" "$WORK/clone" &&
		tgt_lun 1 2 "$WORK/clone" scsi_id="$(lun_serial 2)"
}

resign_as()
{
	XAPI_SR_UUID=$1
	call_lun "$clone_id"
}

# It says that it failed. Or that it has resigned, and so it has: nothing was lost
# but the wiping of what the journal leaves in unused space.
told_true()
{
	answered || return
	if [[ $ANSWER == "$RESIGNED" ]]; then
		audited "$first" "$WORK/pristine" "$WORK/clone"
		return
	fi
	[[ $ANSWER =~ ^fault\ (200|141|67)\ .*opterr= ]] || {
		echo "$ANSWER"
		return 1
	}
}

# As its own uuid, or, where the first run had committed, as the first's.
made_good()
{
	local said

	said=$(audited "$second" "$WORK/pristine" "$WORK/clone" 2>&1) && return
	((++completed))
	audited "$first" "$WORK/pristine" "$WORK/clone" || echo "$said"
}

# lost N: as the next run finds it.
lost()
{
	first=$(xapi_uuid)
	second=$(xapi_uuid)
	fresh || return
	proxy_start "cut:$1"
	resign_as "$first"
	proxy_wait
	told_true || return
	no_session 1 || return
	resign_as "$second"
	resigned && made_good && no_session 1
}

# How many commands there are, without a mishap.
count_commands()
{
	proxy_start
	resign_as "$(xapi_uuid)"
	proxy_wait
	commands=$(sed -n 's/^commands //p' "$WORK/proxy")
	resigned && [[ $commands -gt 10 ]]
}

# killed N: tgtd itself goes, and comes back.
killed()
{
	first=$(xapi_uuid)
	second=$(xapi_uuid)
	fresh || return
	proxy_start "kill:$1:$TGT_PID"
	resign_as "$first"
	proxy_wait
	told_true || return
	tgt_stop
	tgt_start "$WORK" && serve || return
	PORTAL_PORT=$TGT_PORT
	resign_as "$second"
	resigned && made_good && no_session 1
}

golden single-vhd "$WORK/pristine"
clone "$WORK/pristine" "$WORK/clone"
serve
completed=0
count_commands
result "resigned through the proxy" $? "$ANSWER"
for ((n = 1; n <= commands; n++)); do
	lost "$n" >"$WORK/said" 2>&1
	result "connection lost at command $n of $commands" $? \
		"$(<"$WORK/said")"
done
[[ $completed -gt 0 && $completed -lt $commands ]]
result "some lost before the commit point, some after" $? \
	"$completed of $commands completed"
for n in 3 $((commands / 2)) "$commands"; do
	killed "$n" >"$WORK/said" 2>&1
	result "target killed at command $n" $? "$(<"$WORK/said")"
done
driver_end
