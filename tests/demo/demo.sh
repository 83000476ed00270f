#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# demo.sh BUILD: the main job from start to end on this machine, as a transcript
# that tells what happens. Needs root, for loop devices and tgtd; listens on
# loopback only and leaves nothing behind.

set -u
here=$(cd "$(dirname "$0")" && pwd)
BUILD=$(realpath "${1:?usage: demo.sh BUILD}")
# shellcheck source=tests/iscsi/tgt.sh
. "$here/../iscsi/tgt.sh"
# shellcheck source=tests/support/lvm.sh
. "$here/../support/lvm.sh"
# shellcheck source=tests/support/report.sh
. "$here/../support/report.sh"
# shellcheck source=tests/support/xapi.sh
. "$here/../support/xapi.sh"
# shellcheck source=tests/demo/show.sh
. "$here/show.sh"

golden=$here/../golden/snapshots.img.zst
iqn=iqn.2024-01.example:array
# Of this run only, since the driver locks SCSIids.
serial=c$(printf %x $$)

check_machine()
{
	local tool

	[[ $(id -u) -eq 0 ]] ||
		give_up "this needs root, for loop devices and tgtd: sudo make demo"
	for tool in zstd:zstd tgtd:tgt tgtadm:tgt lvm:lvm2 losetup:mount \
		qemu-img:qemu-utils; do
		command -v "${tool%:*}" >/dev/null ||
			give_up "there is no ${tool%:*}: apt-get install ${tool#*:}"
	done
	losetup -f >/dev/null 2>&1 ||
		give_up "this machine has no loop devices (losetup -f finds none)"
}

stop()
{
	trap '' INT TERM
	lvm_end
	tgt_stop
	rm -rf "$WORK"
}

make_luns()
{
	say "An SR on an iSCSI LUN, as XenServer made it: one disk with two snapshots."
	command_line "zstd -d snapshots.img.zst -o original"
	zstd -q -d --sparse "$golden" -o original

	say "The array clones the LUN, byte for byte, and offers both."
	command_line "cp original clone"
	cp --sparse=always original clone
	cp --sparse=always original untouched
	command_line "qemu-img compare original clone"
	qemu-img compare -f raw -F raw original clone
	tgt_start "$WORK" || give_up "tgtd does not start"
	{
		tgt_target 1 "$iqn" &&
			tgt_lun 1 1 "$WORK/original" scsi_id=a &&
			tgt_lun 1 2 "$WORK/clone" scsi_id="$serial"
	} || give_up "tgtd does not serve the LUNs"
	command_line "tgtadm --mode target --op show"
	tgt_admin --mode target --op show |
		sed -n -e '/^Target/p' -e '/Size: [1-9]/p' \
			-e "s|$WORK/||" -e '/Backing store path: [^N]/p'
}

show_duplicates()
{
	say "To LVM the clone is the same volume group once more. It takes one of the" \
		"two and warns of the other. XenServer cannot attach both."
	lvm_attach original original || give_up "no loop device"
	lvm_attach clone clone || give_up "no loop device"
	lvm_shown pvs -o pv_name,vg_name,pv_size
	lvm_shown vgs -o vg_name,lv_count
	lvm_detach original clone
}

# The call in parts; it has no line ends.
show_call()
{
	local key

	command_line "/opt/xensource/sm/RELVMoISCSISR '${1:0:47}…"
	for key in target targetIQN SCSIid sr_uuid; do
		printf "    …%s…\n" "$(grep -o \
			"<name>$key</name><value>[^<]*</value>" <<<"$1")"
	done
}

resign()
{
	local call began

	XAPI_SR_UUID=$(xapi_uuid)
	call=$(xapi_call sr_create target=127.0.0.1 port="$TGT_PORT" \
		targetIQN="$iqn" SCSIid="$(tgt_scsiid "$serial")" initiator=libiscsi \
		localIQN=iqn.2024-01.example:host)
	say "So give the clone new identifiers. In XenServer that is one command:"
	command_line "xe sr-create type=relvmoiscsi name-label=clone shared=true \\
    device-config:target=127.0.0.1 device-config:targetIQN=$iqn \\
    device-config:SCSIid=$(tgt_scsiid "$serial")"
	say "for which xapi runs the driver with a call like this (${#call} bytes)."
	show_call "$call"
	began=${EPOCHREALTIME/[.,]/}
	# This machine has no xapi to ask.
	echo "xapi_socket = none" >conf
	xapi_run "$WORK" "$BUILD/RELVMoISCSISR" "$call" \
		RELVMOISCSI_CONF="$WORK/conf" || give_up "exit $?"
	took=$(((${EPOCHREALTIME/[.,]/} - began + 500) / 1000))
	cat stderr
	grep -E "<i4>|<string>" stdout
	grep -q 'successfully resigned' stdout || give_up "it has not resigned"
	say "Done, in $took ms, and logged out. This host's kernel has never seen the clone." \
		"The success is told as a fault by design: no SR of this type comes to be," \
		"and clients wait for these words. The SR on the clone is an ordinary one:"
	command_line "xe sr-introduce type=lvmoiscsi uuid=$XAPI_SR_UUID …"
}

show_both()
{
	say "Original and clone, side by side. No warning any more:"
	lvm_attach original original || give_up "no loop device"
	lvm_attach clone clone || give_up "no loop device"
	lvm_shown pvs -o pv_name,vg_name,pv_size,pv_uuid
	lvm_shown vgs -o vg_name,lv_count,vg_size,vg_free
	lvm_shown lvs -o lv_name,lv_size,devices -O -devices
	lvm_shown vgck && echo "(no complaint)"
	lvm_report >report || give_up "lvm2 does not list both"
}

show_vdis()
{
	say "What XenServer calls them, from the SR's own metadata (its MGT volume)" \
		"and the parent that each VHD names. Snapshots and chains are kept:"
	vdi_table
}

show_data()
{
	say "The data is the same; only identifiers differ."
	vhd_table
	say "And the original was not touched:"
	command_line "qemu-img compare original original.before"
	qemu-img compare -f raw -F raw original untouched
}

check_machine
WORK=$(mktemp -d)
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
cd "$WORK" || exit
lvm_begin "$WORK"
make_luns
show_duplicates
resign
show_both
show_vdis
show_data
