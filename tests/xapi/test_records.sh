#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# test_records.sh BUILD: the ways in which an original can be on xapi's record.
# By each of them sr_create, relvm and the plugin refuse it, and the target sees
# not one write: a proxy has counted. Its clone is resigned beside it.

# shellcheck disable=SC2317 # functions that `check` calls
set -u
# shellcheck source=tests/driver/lib.sh
. "$(dirname "$0")/../driver/lib.sh"
# shellcheck source=tests/xapi/lib.sh
. "$(dirname "$0")/lib.sh"

proxy_pid=

driver_clean_up()
{
	[[ -z $proxy_pid ]] || kill -KILL "$proxy_pid" 2>/dev/null
	standin_stop
}

driver_begin "$@"
# shellcheck source=tests/relvm/lib.sh
. "$(dirname "$0")/../relvm/lib.sh"
standin_begin xs1 xs2 || exit
standin_stop
ln -s "$BUILD/relvmoiscsi" "$PLUGINS/relvmoiscsi"
# Drivers that attach whatever they are given.
cat >"$SM/AnySR" <<'END'
#!/bin/bash
. "$BACKEND"
backend_call "$1"
case $COMMAND in
sr_get_driver_info) answer_driver "Any" ;;
*) answer_nil ;;
esac
END
chmod +x "$SM/AnySR"
for type in GFS2 LVM ISCSI LVMoHBA RawHBA HBA; do
	ln -sf "$SM/AnySR" "$SM/${type}SR"
done
rm -f "$SM/LVMoISCSISR"
ln -s "$SM/AnySR" "$SM/LVMoISCSISR"
rm -f "$WORK/xapi.state"
standin_start || exit

# tgt gives a LUN an NAA 6 and an NAA 3 designator, a T10 one and a serial
# number.
t10=abcd$(lun_serial 1)
naa=$(tgt_scsiid "$t10")
naa3=33000000100000001
serial=SIET_VIRTUAL-DISK_SN-1
golden snapshots "$WORK/original"
clone "$WORK/original" "$WORK/clone"
clone "$WORK/original" "$WORK/pristine"
tgt_target 1 "$IQN"
tgt_lun 1 1 "$WORK/original" scsi_id="$t10" scsi_sn=SN-1
tgt_lun 1 2 "$WORK/clone" scsi_id="$(lun_serial 2)" scsi_sn=SN-2

xe host-list name-label=xs1 params=uuid --minimal
master=$(<"$WORK/xe.out")
xe host-list name-label=xs2 params=uuid --minimal
other_host=$(<"$WORK/xe.out")
RELVM_IMAGE=$WORK/original relvm inspect --json "$WORK/original"
old_sr=$(field .sr.uuid)

proxy_start()
{
	: >"$WORK/proxy"
	"$TOOLS/iscsi_proxy" "$PORTAL_PORT" >"$WORK/proxy" &
	proxy_pid=$!
	until [[ -s $WORK/proxy ]]; do
		kill -0 "$proxy_pid" || return
		sleep 0.01
	done
	proxy_port=$(head -n 1 "$WORK/proxy")
}

# A proxy that nobody has come to still waits.
proxy_stop()
{
	local i

	for ((i = 0; i < 100; i++)); do
		[[ $(wc -l <"$WORK/proxy") -eq 1 ]] || break
		sleep 0.01
	done
	kill -KILL "$proxy_pid" 2>/dev/null
	wait "$proxy_pid" 2>/dev/null
	proxy_pid=
}

no_write()
{
	! grep -E '^(WRITE|COMPARE|SCSI_)|^written [1-9]' "$WORK/proxy" &&
		same "$WORK/pristine" "$WORK/original"
}

by_sr_create()
{
	xe sr-create type=relvmoiscsi name-label=x shared=true \
		device-config:target=127.0.0.1 device-config:port="$proxy_port" \
		device-config:targetIQN="$IQN" device-config:SCSIid="$1" \
		device-config:localIQN="$INITIATOR"
	tail -n 1 "$STANDIN_LOG" | grep -q "fault 16 " ||
		{ tail -n 1 "$STANDIN_LOG"; return 1; }
}

by_relvm()
{
	relvm resign -y --initiator-name "$INITIATOR" \
		"iscsi://127.0.0.1:$proxy_port/$IQN/$1"
	status 1 && said "SR 'recorded'"
}

by_plugin()
{
	xe host-call-plugin host-uuid="$master" plugin=relvmoiscsi fn=resign \
		args:target=127.0.0.1 args:port="$proxy_port" \
		args:targetIQN="$IQN" args:localIQN="$INITIATOR" \
		args:SCSIid="$1"
	grep -q -x "Error code: SR_BACKEND_FAILURE_16" "$WORK/xe.err" ||
		{ cat "$WORK/xe.err" "$WORK/xe.out"; return 1; }
}

refused_by() # CALLER SCSIID
{
	local wrong=0

	proxy_start || return
	"by_$1" "$2" || wrong=1
	proxy_stop
	no_write || wrong=1
	return $wrong
}

# on_record NAME TYPE SR-UUID [KEY=VALUE…] [sm-config:KEY=VALUE…] [vdi:KEY=VALUE]:
# with an SR of these, and a VDI of that sm_config; attached on the other host,
# unless it is only on sm_config's record.
on_record()
{
	local name=$1 type=$2 sr=$3 pair caller
	local config=() sm_config=() vdi=

	shift 3
	for pair in "$@"; do
		case $pair in
		sm-config:*) sm_config+=("$pair") ;;
		vdi:*) vdi=${pair#vdi:} ;;
		*) config+=("device-config:$pair") ;;
		esac
	done
	xe sr-introduce uuid="$sr" type="$type" name-label=recorded \
		shared=true content-type=user "${sm_config[@]}"
	if [[ ${#config[@]} -gt 0 ]]; then
		xe pbd-create sr-uuid="$sr" host-uuid="$other_host" \
			"${config[@]}"
		pbd=$(<"$WORK/xe.out")
		xe pbd-plug uuid="$pbd"
	fi
	[[ -z $vdi ]] || xe standin-put class=VDI sr-uuid="$sr" \
		sm-config:LUNid=7 sm-config:"$vdi"
	for caller in sr_create relvm plugin; do
		check "$name: $caller" refused_by "$caller" "${asked:-$naa}"
	done
	[[ ${#config[@]} -eq 0 ]] || xe pbd-unplug uuid="$pbd"
	xe sr-forget uuid="$sr"
}

stranger=$(xapi_uuid)
on_record "SCSIid" lvmoiscsi "$old_sr" target=x SCSIid="$naa"
on_record "SCSIid, other letters" lvmoiscsi "$old_sr" SCSIid="${naa^^}"
on_record "SCSIid, one of a list" lvm "$stranger" SCSIid="x, $naa"
on_record "another NAA designator" lvmoiscsi "$old_sr" SCSIid="$naa3"
on_record "the T10 designator" lvmohba "$old_sr" SCSIid="1$t10"
on_record "the serial number, where page 0 hid 0x83" lvmoiscsi "$old_sr" \
	SCSIid="$serial"
on_record "gfs2's ScsiId" gfs2 "$stranger" ScsiId="$naa" uri=x
on_record "/dev/mapper" lvm "$stranger" device="/dev/mapper/$naa"
on_record "/dev/disk/by-id" lvm "$stranger" \
	device="/dev/sdb,/dev/disk/by-id/scsi-$naa-part3"
on_record "a WWN" lvm "$stranger" device="/dev/disk/by-id/wwn-0x${naa:1}"
on_record "a LUN-per-VDI SR of the target" iscsi "$stranger" target=x \
	targetIQN="$IQN"
on_record "a VDI of a LUN-per-VDI SR by HBA" rawhba "$stranger" type=any \
	vdi:SCSIid="$naa3"
on_record "a VDI of an SR of SM's type hba" hba "$stranger" type=any \
	vdi:SCSIid="$naa"
on_record "a map that an admin has named" lvm "$old_sr" device=/dev/mapper/SAN1
on_record "sm_config's devserial" lvmoiscsi "$old_sr" \
	sm-config:devserial="scsi-$naa"
on_record "sm_config's key" lvmoiscsi "$stranger" sm-config:"scsi-$naa"=x
on_record "a kind of name that the LUN has not" lvmoiscsi "$old_sr" \
	SCSIid=20025385f12345678
on_record "a LUN number alone" lvmoiscsi "$old_sr" LUNid=1
asked=$serial
on_record "asked for by another name" lvmoiscsi "$old_sr" SCSIid="$naa"

# The clone has none of these names.
xe sr-introduce uuid="$old_sr" type=lvmoiscsi name-label=recorded shared=true \
	content-type=user
xe pbd-create sr-uuid="$old_sr" host-uuid="$other_host" \
	device-config:SCSIid="1$t10"
xe pbd-plug uuid="$(<"$WORK/xe.out")"
relvm resign -y --initiator-name "$INITIATOR" \
	"iscsi://127.0.0.1:$PORTAL_PORT/$IQN/$(lun_id 2)"
check "its clone is resigned meanwhile" status 0
check "the original is untouched after all" same "$WORK/pristine" \
	"$WORK/original"
check "no session at the target is left" no_session 1
driver_end
