# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# A stand-in for xapi with the program under test as one of its drivers. To be
# sourced, after tests/driver/lib.sh and its driver_begin.
#
#   standin_begin [HOST…]   a pool of these hosts, the first its master; drivers
#                           are what is in $SM, plugins what is in $PLUGINS. The
#                           program and SM's own lvmoiscsi are there already.
#                           STANDIN_INITIATOR is the host's setting.
#   standin_stop            as a toolstack that is stopped: the records stay,
#   standin_start           the sessions are gone. A test's end stops it, too,
#                           unless it has a driver_clean_up of its own
#   xe ARG…                 its output is in $WORK/xe.out and $WORK/xe.err; its
#                           status is returned
#   records COMMAND…        how many records an xe <class>-list prints
#   quick_sm                from here on SM's lvmoiscsi is one that says yes, and
#                           does nothing
#
# STANDIN_LOG has one line a run of a driver: its command, exit status and
# answer. STANDIN_CALLS has one a question that xapi was asked. A number in
# $WORK/kill: who asks for that time is killed then; in $WORK/wait: after so many
# answers each one is a second late. STANDIN_OPTIONS and STANDIN_ENVIRONMENT are
# further ones of standin/xapi.py.

xapi_here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

STANDIN_PID=
STANDIN_OPTIONS=()
STANDIN_ENVIRONMENT=()

standin_start()
{
	local i

	"$xapi_here/standin/xapi.py" "$XE_SOCKET" -s "$WORK/xapi.state" \
		-l "$STANDIN_LOG" -c "$STANDIN_CALLS" \
		-k "$WORK/kill" -w "$WORK/wait" "${STANDIN_HOSTS[@]}" \
		"${STANDIN_OPTIONS[@]}" "$SM" "$PLUGINS" \
		"$TOOLS/xapi_answer" RELVMOISCSI_CONF="$CONF" XE="$WORK/xe" \
		XE_SOCKET="$XE_SOCKET" LUN_HEAD="$XAPI_TOOLS/lun_head" \
		LUN_LIST="$XAPI_TOOLS/lun_list" FORMATTED="$WORK/formatted" \
		XAPI_TOOL="$XAPI_TOOLS/xapi_tool" \
		BACKEND="$xapi_here/backend.sh" "${STANDIN_ENVIRONMENT[@]}" \
		>>"$WORK/standin.log" 2>&1 </dev/null &
	STANDIN_PID=$!
	for ((i = 0; i < 1000; i++)); do
		xe host-list --minimal && standin_hosts && return
		kill -0 "$STANDIN_PID" 2>/dev/null || break
		sleep 0.01
	done
	echo "the stand-in does not start:" >&2
	cat "$WORK/standin.log" >&2
	return 1
}

# Each host's settings, and its inventory, which tells it which host it is.
standin_hosts()
{
	local host

	for host in "${STANDIN_NAMES[@]}"; do
		xe host-list name-label="$host" params=uuid --minimal || return
		echo "INSTALLATION_UUID='$(<"$WORK/xe.out")'" \
			>"$WORK/inventory.$host"
		cat "$CONF" - >"$WORK/conf.$host" \
			<<<"inventory = $WORK/inventory.$host"
	done
}

standin_stop()
{
	[[ -n $STANDIN_PID ]] || return 0
	kill -KILL "$STANDIN_PID" 2>/dev/null
	wait "$STANDIN_PID" 2>/dev/null
	STANDIN_PID=
}

standin_begin()
{
	local host

	XAPI_TOOLS=$BUILD/tests/xapi
	SM=$WORK/sm
	PLUGINS=$WORK/plugins
	STANDIN_LOG=$WORK/drivers.log
	STANDIN_CALLS=$WORK/xapi.calls
	STANDIN_HOSTS=()
	STANDIN_NAMES=("$@")
	export XE_SOCKET=$WORK/xapi
	for host in "$@"; do
		STANDIN_HOSTS+=(-h "$host")
		STANDIN_ENVIRONMENT+=("$host:RELVMOISCSI_CONF=$WORK/conf.$host")
	done
	mkdir -p "$SM" "$PLUGINS"
	printf "initiator = %s\nxapi_socket = %s\n" \
		"${STANDIN_INITIATOR:-libiscsi}" "$XE_SOCKET" \
		>"$CONF"
	ln -s "$XAPI_TOOLS/xe" "$WORK/xe"
	ln -s "$PROGRAM" "$SM/RELVMoISCSISR"
	ln -s "$PROGRAM" "$SM/RELVMoHBASR"
	ln -s "$xapi_here/LVMoISCSISR" "$SM/LVMoISCSISR"
	ln -s "$xapi_here/LVMoISCSISR" "$SM/LVMoHBASR"
	: >"$STANDIN_LOG"
	: >"$STANDIN_CALLS"
	standin_start
}

# After tests/driver/lib.sh's, which does nothing.
driver_clean_up()
{
	standin_stop
}

xe()
{
	"$WORK/xe" "$@" >"$WORK/xe.out" 2>"$WORK/xe.err"
}

records()
{
	xe "$@" --minimal || return
	tr ',' '\n' <"$WORK/xe.out" | grep -c .
}

quick_sm()
{
	cat >"$WORK/quick" <<'END'
#!/bin/bash
. "$BACKEND"
backend_call "$1"
case $COMMAND in
sr_get_driver_info) answer_driver "LVHD over iSCSI" ;;
*) answer_nil ;;
esac
END
	chmod +x "$WORK/quick"
	ln -sf "$WORK/quick" "$SM/LVMoISCSISR"
}
