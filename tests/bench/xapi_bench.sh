#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# xapi_bench.sh BUILD: how often xapi is asked, by a stand-in for it that counts:
# for a resign of few and of many VDIs, for the plugin's functions, and for an
# attach to pools of one, three and sixteen hosts and back. Counts only; fails if
# something is not done. BUILD may be without SANITIZE.

# shellcheck disable=SC2034 # for the libraries
set -u
# shellcheck source=tests/driver/lib.sh
. "$(dirname "$0")/../driver/lib.sh"
# shellcheck source=tests/xapi/lib.sh
. "$(dirname "$0")/../xapi/lib.sh"

driver_begin "$@"

give_up()
{
	printf 'xapi_bench: %s\n' "$1" >&2
	cat "$WORK/xe.err" >&2
	exit 1
}

# A pool of so many hosts, whose storage manager's driver is content.
pool()
{
	local i hosts=()

	standin_stop
	rm -rf "$SM" "$PLUGINS" "$WORK/xapi.state" "$WORK/xe"
	STANDIN_ENVIRONMENT=()
	for ((i = 1; i <= $1; i++)); do hosts+=("xs$i"); done
	standin_begin "${hosts[@]}" || give_up "no stand-in"
	ln -sf "$BUILD/relvmoiscsi" "$PLUGINS/relvmoiscsi"
	quick_sm
	xe host-list name-label=xs1 params=uuid --minimal
	host=$(<"$WORK/xe.out")
}

# counted NAME COMMAND…: a line of the table
counted()
{
	local name=$1

	shift
	: >"$STANDIN_CALLS"
	"$@" || give_up "$name"
	printf '%-52s %5d\n' "$name" "$(wc -l <"$STANDIN_CALLS")"
}

create()
{
	! xe sr-create name-label=x type=relvmoiscsi \
		device-config:target=127.0.0.1 device-config:port="$PORTAL_PORT" \
		device-config:targetIQN="$IQN" \
		device-config:SCSIid="$(lun_id "$1")" \
		device-config:localIQN="$INITIATOR" &&
		grep -q "successfully resigned" "$WORK/xe.err"
}

plugin()
{
	xe host-call-plugin host-uuid="$host" plugin=relvmoiscsi fn="$1" \
		args:target=127.0.0.1 args:port="$PORTAL_PORT" \
		args:targetIQN="$IQN" args:SCSIid="$(lun_id 1)" \
		args:localIQN="$INITIATOR" "${@:2}"
}

detach()
{
	xe host-call-plugin host-uuid="$host" plugin=relvmoiscsi fn=detach \
		args:sr_uuid="$1"
}

SM=$WORK/sm PLUGINS=$WORK/plugins
golden single-vhd "$WORK/few"
golden fragmented "$WORK/many"
tgt_target 1 "$IQN"
tgt_lun 1 1 "$WORK/few" scsi_id="$(lun_serial 1)"
tgt_lun 1 2 "$WORK/many" scsi_id="$(lun_serial 2)"
pool 1

printf '\nXenAPI calls:\n\n'
counted "sr_create, $("$BUILD/relvm" inspect --json "$WORK/few" |
	jq '.vdis | length') VDI" create 1
counted "sr_create, $("$BUILD/relvm" inspect --json "$WORK/many" |
	jq '.vdis | length') VDIs" create 2
counted "plugin, list" plugin list
counted "plugin, inspect" plugin inspect
counted "plugin, resign" plugin resign
for hosts in 1 3 16; do
	pool "$hosts"
	counted "plugin, resign attach=true, pool of $hosts" \
		plugin resign args:attach=true
	sr=$(jq -r .sr.uuid "$WORK/xe.out")
	counted "plugin, the same again" plugin resign args:attach=true
	counted "plugin, detach" detach "$sr"
done
exit 0
