#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# test_report.sh BUILD [show]: the cases of the test report that came with the
# driver of 2016 (its docs/xenserver-testing.pdf), typed in the same order: an SR
# resigned and attached again; other operations; a LUN without an SR; snapshots.
# The fifth, multipath, is tests/host/multipath.sh. With `show` the transcript is
# printed, which the README quotes.

# shellcheck disable=SC2317 # functions that `check` calls
set -u
# shellcheck source=tests/driver/lib.sh
. "$(dirname "$0")/../driver/lib.sh"
# shellcheck source=tests/xapi/lib.sh
. "$(dirname "$0")/lib.sh"

driver_begin "$1"
standin_begin xs1 || exit
show=${2-}

for name in single-vhd snapshots; do
	golden "$name" "$WORK/$name"
done
clone "$WORK/snapshots" "$WORK/dropped"
truncate -s 64M "$WORK/empty"
tgt_target 1 "$IQN"
tgt_lun 1 1 "$WORK/single-vhd" scsi_id="$(lun_serial 1)"
tgt_lun 1 2 "$WORK/empty" scsi_id="$(lun_serial 2)"
tgt_lun 1 3 "$WORK/snapshots" scsi_id="$(lun_serial 3)"
tgt_lun 1 4 "$WORK/dropped" scsi_id="$(lun_serial 4)"
xe host-list params=uuid --minimal
host=$(<"$WORK/xe.out")

# xe ARG…, into the transcript
typed()
{
	local status=0

	xe "$@" || status=$?
	{
		echo "# xe $*"
		cat "$WORK/xe.out" "$WORK/xe.err"
		echo
	} >>"$WORK/transcript"
	return "$status"
}

told()
{
	grep -q -- "$1" "$WORK/xe.out" "$WORK/xe.err" || {
		cat "$WORK/xe.out" "$WORK/xe.err"
		return 1
	}
}

# Sets $keys: the device_config of a LUN.
lun()
{
	keys=(device-config:target=127.0.0.1 device-config:port="$PORTAL_PORT"
		device-config:targetIQN="$IQN"
		device-config:SCSIid="$(lun_id "$1")"
		device-config:localIQN="$INITIATOR")
}

resign()
{
	typed sr-create name-label="$1" type=relvmoiscsi "${keys[@]}" "${@:2}"
}

# Probes, introduces and plugs an SR, whose uuid is then in $WORK/sr.
reattach()
{
	local sr

	typed sr-probe type=lvmoiscsi "${keys[@]}" || return
	sr=$(xmllint --xpath 'normalize-space(//UUID)' "$WORK/xe.out")
	echo "$sr" >"$WORK/sr"
	typed sr-introduce name-label="$1" type=lvmoiscsi uuid="$sr" \
		content-type=user &&
		typed pbd-create sr-uuid="$sr" host-uuid="$host" "${keys[@]}" &&
		typed pbd-plug uuid="$(<"$WORK/xe.out")" &&
		typed pbd-list sr-uuid="$sr" params=currently-attached &&
		typed sr-scan uuid="$sr"
}

vdi_count()
{
	local n

	typed vdi-list sr-uuid="$(<"$WORK/sr")" &&
		n=$(grep -c "^uuid" "$WORK/xe.out") && [[ $n -eq $1 ]] ||
		{ cat "$WORK/xe.out" "$WORK/xe.err"; return 1; }
}

lun 1
resign vdi-test-1
check "3.1 an SR is resigned" told "successfully resigned"
check "3.1 and attached again" reattach vdi-test-resign
check "3.1 with its one VDI" vdi_count 1

typed sr-probe type=relvmoiscsi
check "3.2 a probe without a target: 95" told "FAILURE_95"
typed sr-introduce name-label=test type=relvmoiscsi uuid="$(xapi_uuid)" \
	content-type=user
sr=$(<"$WORK/xe.out")
typed pbd-create sr-uuid="$sr" host-uuid="$host" "${keys[@]}"
typed pbd-plug uuid="$(<"$WORK/xe.out")"
check "3.2 no SR of this type can be attached" told \
	"FAILURE_202"
xe sr-forget uuid="$sr"

lun 2
resign empty
check "3.3 a LUN without an SR is refused" told "FAILURE_202"
check "3.3 with what was found on it" told "no LVM label on this LUN"

lun 3
resign kept
check "3.4 an SR with two snapshots is resigned" told "successfully resigned"
check "3.4 and attached again" reattach with-snapshots
check "3.4 with all its five VDIs" vdi_count 5
lun 4
resign dropped device-config:snapshots=drop
check "3.4 or, as in 2016, without snapshots" told "successfully resigned"
check "3.4 and attached again" reattach without-snapshots
check "3.4 with the disk, and the chain it stands on" vdi_count 3
[[ $show != show ]] || cat "$WORK/transcript"
driver_end
