#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# test_life.sh BUILD: an SR that the pool has no record of, and that something
# writes to: sr_create, relvm and the plugin refuse it without one write, unless
# they are told to ignore it. One that lies still is resigned.

# shellcheck disable=SC2317 # functions that `check` calls
set -u
# shellcheck source=tests/driver/lib.sh
. "$(dirname "$0")/../driver/lib.sh"
# shellcheck source=tests/xapi/lib.sh
. "$(dirname "$0")/lib.sh"

writer_pid=

driver_clean_up()
{
	[[ -z $writer_pid ]] || kill -KILL "$writer_pid" 2>/dev/null
	standin_stop
}

driver_begin "$@"
# shellcheck source=tests/relvm/lib.sh
. "$(dirname "$0")/../relvm/lib.sh"
standin_begin xs1 || exit
ln -s "$BUILD/relvmoiscsi" "$PLUGINS/relvmoiscsi"
xe host-list name-label=xs1 params=uuid --minimal
master=$(<"$WORK/xe.out")
id=$(lun_id 1)

golden snapshots "$WORK/lun"
clone "$WORK/lun" "$WORK/pristine"
tgt_target 1 "$IQN"
tgt_lun 1 1 "$WORK/lun" scsi_id="$(lun_serial 1)"

# A byte of MGT that SM does not use, the last of its 4 MiB.
mgt=$(grep -a -b -o -m 1 'XSSM:' "$WORK/lun" | head -n 1 | cut -d : -f 1)
at=$((mgt + 4 * 1024 * 1024 - 1))
check "MGT is found" test "$mgt" -gt 0

# CloudStack's heartbeat: a volume a host. Sets $at to a byte of it.
add_heartbeat()
{
	local vg first start

	mkdir "$WORK/lvm" && lvm_begin "$WORK/lvm" &&
		lvm_attach lun "$WORK/lun" || return
	vg=VG_XenStorage-$(jq -r .sr_uuid "$driver_here/../golden/snapshots.json")
	LVM_EXPECTED=" not zeroed\.$" lvm_run lvcreate -qq -an \
		--wipesignatures n -Zn -l 1 -n "hb-$(xapi_uuid)" "$vg" || return
	first=$(lvm_run lvs --noheadings -o devices -S 'lv_name=~^hb-' "$vg" |
		sed -n 's/.*(\([0-9]*\)).*/\1/p')
	start=$(lvm_run pvs --noheadings --units b --nosuffix -o pe_start)
	lvm_end
	at=$((start + first * 4 * 1024 * 1024 + 512))
}

writer_start()
{
	(
		# Values that do not come back within a second, however
		# slow this machine is.
		for ((n = 0; ; n = (n + 1) % 256)); do
			printf '%b' "\\x$(printf %02x "$n")" |
				dd of="$WORK/lun" bs=1 seek="$at" \
					conv=notrunc status=none
			sleep 0.13
		done
	) &
	writer_pid=$!
}

writer_stop()
{
	kill -KILL "$writer_pid" 2>/dev/null
	wait "$writer_pid" 2>/dev/null
	writer_pid=
}

# Whatever the writer has left there.
untouched()
{
	cmp -n "$at" "$WORK/pristine" "$WORK/lun" &&
		cmp -i $((at + 1)) "$WORK/pristine" "$WORK/lun"
}

by_sr_create()
{
	xe sr-create type=relvmoiscsi name-label=x shared=true \
		device-config:target=127.0.0.1 \
		device-config:port="$PORTAL_PORT" \
		device-config:targetIQN="$IQN" device-config:SCSIid="$id" \
		device-config:localIQN="$INITIATOR" "$@"
	tail -n 1 "$STANDIN_LOG"
}

by_relvm()
{
	relvm resign -y --initiator-name "$INITIATOR" "$@" \
		"iscsi://127.0.0.1:$PORTAL_PORT/$IQN/1"
	cat "$OUT" "$ERR"
}

by_plugin()
{
	xe host-call-plugin host-uuid="$master" plugin=relvmoiscsi fn=resign \
		args:target=127.0.0.1 args:port="$PORTAL_PORT" \
		args:targetIQN="$IQN" args:localIQN="$INITIATOR" \
		args:SCSIid="$id" "$@"
	cat "$WORK/xe.out" "$WORK/xe.err" "$STANDIN_LOG"
}

said_so() # PATTERN COMMAND…
{
	"${@:2}" >"$WORK/said"
	grep -q "$1" "$WORK/said" || { tail -n 3 "$WORK/said"; return 1; }
}

writer_start
check "MGT changes: sr_create is refused" said_so \
	"fault 16 .*something writes to its volume MGT" by_sr_create
check "relvm, too" said_so "something writes to its volume MGT" by_relvm
check "and the plugin" said_so "SR_BACKEND_FAILURE_16" by_plugin
check "the LUN is untouched" untouched
check "a value that is none: 202" said_so "fault 202 .*refuse, ignore" \
	by_sr_create device-config:signs_of_life=yes
writer_stop
check "sr_create that is told to ignore it" said_so "successfully resigned" \
	by_sr_create device-config:signs_of_life=ignore
check "relvm that is told so" said_so "resigned, SR" by_relvm \
	--signs-of-life ignore
check "the plugin that is told so" said_so '"outcome":"resigned"' by_plugin \
	args:signs_of_life=ignore
check "one that lies still is resigned" said_so "successfully resigned" \
	by_sr_create

cp --sparse=always "$WORK/pristine" "$WORK/lun"
add_heartbeat
result "a heartbeat volume beside it" $?
cp --sparse=always "$WORK/lun" "$WORK/pristine"
writer_start
check "a heartbeat: sr_create is refused" said_so \
	"fault 16 .*something writes to its volume hb-" by_sr_create
check "relvm, too" said_so "something writes to its volume hb-" by_relvm
check "and the plugin" said_so "SR_BACKEND_FAILURE_16" by_plugin
writer_stop
check "the LUN is untouched" untouched
check "a heart that has stopped" said_so "successfully resigned" by_sr_create
driver_end
