#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# test_odd.sh BUILD: a pool whose records hold what XML cannot: sr-create, probe,
# plugin and list go on, whichever way xapi is asked.

# shellcheck disable=SC2317 # functions that `check` calls
set -u
# shellcheck source=tests/driver/lib.sh
. "$(dirname "$0")/../driver/lib.sh"
# shellcheck source=tests/xapi/lib.sh
. "$(dirname "$0")/lib.sh"

driver_begin "$@"
# shellcheck source=tests/relvm/lib.sh
. "$(dirname "$0")/../relvm/lib.sh"
standin_begin xs1 xs2 || exit
ln -s "$BUILD/relvmoiscsi" "$PLUGINS/relvmoiscsi"
url=iscsi://127.0.0.1:$PORTAL_PORT/$IQN
# The characters that XML has not are not always those of the locale.
noncharacter=$'\xef\xbf\xbe'

golden single-vhd "$WORK/original"
clone "$WORK/original" "$WORK/clone"
tgt_target 1 "$IQN"
tgt_lun 1 1 "$WORK/original" scsi_id="$(lun_serial 1)"
tgt_lun 1 2 "$WORK/clone" scsi_id="$(lun_serial 2)"
keys=(target=127.0.0.1 port="$PORTAL_PORT" targetIQN="$IQN"
	localIQN="$INITIATOR")

xe host-list name-label=xs2 params=uuid --minimal
host=$(<"$WORK/xe.out")
sr=$(jq -r .sr_uuid "$driver_here/../golden/single-vhd.json")
xe sr-introduce uuid="$sr" type=lvmoiscsi name-label=original shared=true
xe pbd-create sr-uuid="$sr" host-uuid="$host" "${keys[@]/#/device-config:}" \
	device-config:SCSIid="$(lun_id 1)"
pbd=$(<"$WORK/xe.out")
xe pbd-plug uuid="$pbd"
vdi=$(xapi_uuid)
xe standin-put class=VDI record:uuid="$vdi" record:name_label=disk
xe standin-set class=VDI uuid="$vdi" field=name_description \
	value="a$noncharacter"

# odd CLASS UUID FIELD: every kind of key and value
odd()
{
	local key

	for key in 'XenCenter.CustomFields.R&D' 'a<b' ']]>'; do
		xe standin-set class="$1" uuid="$2" field="$3" key="$key" \
			value=1 || return
	done
	xe standin-set class="$1" uuid="$2" field="$3" key=plain \
		value="$noncharacter"
}

create()
{
	xe sr-create type=relvmoiscsi name-label=x shared=true \
		"${keys[@]/#/device-config:}" \
		device-config:SCSIid="$(lun_id "$1")"
	tail -n 1 "$STANDIN_LOG"
}

refused()
{
	create 1 | grep "fault 16 .*attached as SR"
}

resigned_by_xe()
{
	clone "$WORK/original" "$WORK/clone"
	create 2 | grep "successfully resigned"
}

probed()
{
	xe sr-probe type=relvmoiscsi "${keys[@]/#/device-config:}" \
		device-config:SCSIid="$(lun_id 1)" || cat "$WORK/xe.err"
	grep -q "<lun-is>original" "$WORK/xe.out"
}

plugin()
{
	xe host-call-plugin host-uuid="$host" plugin=relvmoiscsi fn=list \
		"${keys[@]/#/args:}" || cat "$WORK/xe.err"
	jq -r '.luns[] | .state' "$WORK/xe.out" | xargs
}

listed()
{
	clone "$WORK/original" "$WORK/clone"
	relvm list --json --initiator-name "$INITIATOR" "$url" ||
		cat "$WORK/relvm.err"
	jq -r '.luns[] | .state' "$OUT" | xargs
}

call_plugin()
{
	xe host-call-plugin host-uuid="$host" plugin=relvmoiscsi "$@" || {
		cat "$WORK/xe.err"
		return 1
	}
}

# The new SR's records become odd, too.
attached()
{
	local new what=(fn=resign args:attach=true "${keys[@]/#/args:}"
		args:SCSIid="$(lun_id 2)")

	clone "$WORK/original" "$WORK/clone"
	call_plugin "${what[@]}" || return
	new=$(jq -r .sr.uuid "$WORK/xe.out")
	[[ $(jq '.vdis | length' "$WORK/xe.out") -gt 0 ]] || return
	xe pbd-list sr-uuid="$new" params=uuid --minimal
	for pbd in $(tr , ' ' <"$WORK/xe.out"); do
		odd PBD "$pbd" other_config || return
	done
	xe vdi-list sr-uuid="$new" params=uuid --minimal
	for vdi in $(tr , ' ' <"$WORK/xe.out"); do
		odd VDI "$vdi" other_config
	done
	odd SR "$new" other_config && call_plugin "${what[@]}" &&
		is "$(jq -r '[.hosts[].attached] | join(",")' "$WORK/xe.out")" \
			true,true &&
		call_plugin fn=detach args:sr_uuid="$new"
}

all_work()
{
	local how=$1

	check "$how: the attached original is refused" refused
	check "$how: its clone is resigned" resigned_by_xe
	check "$how: sr-probe" probed
	clone "$WORK/original" "$WORK/clone"
	check "$how: the plugin's list" is "$(plugin)" "original clone"
	check "$how: relvm list" is "$(listed)" "original clone"
	check "$how: resign and attach, again, and detach" attached
}

odd SR "$sr" other_config
odd PBD "$pbd" other_config
: >"$STANDIN_CALLS"
all_work "asked by JSON"
check "no object was asked for alone" test "$(grep -c "PBD.get_device_config" \
	"$STANDIN_CALLS")" = 0

standin_stop
STANDIN_OPTIONS=(-m)
standin_start
all_work "asked through a member"
standin_stop
STANDIN_OPTIONS=(-m -o)
standin_start
all_work "asked through a member of until 2020"
standin_stop
STANDIN_OPTIONS=(-x)
standin_start
all_work "asked by XML"

# What cannot be had without the odd key is named.
standin_stop
STANDIN_OPTIONS=(-m)
standin_start
odd SR "$sr" sm_config
unreadable()
{
	create 2 | grep "fault 150 .*sm_config of SR $sr.*xe sr-param-remove"
}
check "an sm_config that cannot be sent is named" unreadable
xe host-call-plugin host-uuid="$host" plugin=relvmoiscsi fn=list \
	"${keys[@]/#/args:}"
check "the plugin's list goes on without xapi's word" is \
	"$(jq -r '.luns[] | .state' "$WORK/xe.out" | xargs)" "unknown unknown"
relvm list --initiator-name "$INITIATOR" "$url"
check "relvm's, too" status 0
check "and says so" said "which LUNs are originals is unknown"

# A master that is dead: the connection is taken, and nothing is answered.
kill -STOP "$STANDIN_PID"
relvm list --initiator-name "$INITIATOR" "$url"
check "relvm list does not wait for a dead master" status 0
check "and says what is missing" said "which LUNs are originals is unknown"
kill -CONT "$STANDIN_PID"
driver_end
