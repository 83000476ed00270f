#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# in_use.sh BUILD [PATTERN]: shows that a LUN which this host uses is refused,
# however it is used, and that one which is merely there is not.
# shellcheck disable=SC2317 # run_test calls the functions
set -u

# shellcheck source=guest.sh
. "$(dirname -- "$0")/guest.sh"
# shellcheck source=lib/host_tool.sh
. "$host_dir/lib/host_tool.sh"

iqn=iqn.2014-01.test.relvmoiscsi:in-use
vg=VG_XenStorage-f454dfa2-2b0c-4fb0-8a14-32fbf4c5b026
image_unpack "$host_tree/tests/golden/single-vhd.img.zst" /tmp/pristine.img || exit 1
original='' clone='' empty=''
iscsid_stay

# The original, its clone and an empty LUN, all logged in, for all tests. They
# leave the LUNs as they are, but for the empty one.
fixture() {
	cp --sparse=always /tmp/pristine.img /tmp/original.img
	cp --sparse=always /tmp/pristine.img /tmp/clone.img
	image_empty /tmp/empty.img 64M
	# On all addresses.
	tgt_start 0.0.0.0:3260 &&
		tgt_target 1 "$iqn" &&
		tgt_lun 1 1 /tmp/original.img 512 0a &&
		tgt_lun 1 2 /tmp/clone.img 512 0b &&
		tgt_lun 1 3 /tmp/empty.img 512 0c &&
		iscsi_login "$iqn" 127.0.0.1 &&
		original=$(iscsi_disk "$iqn" 1) &&
		clone=$(iscsi_disk "$iqn" 2) &&
		empty=$(iscsi_disk "$iqn" 3)
}

# lvm_on DEVICE COMMAND...: LVM that sees one device only.
lvm_on() {
	local device=$1
	shift
	"$@" --config "devices { filter = [ \"a|^$device\$|\", \"r|.*|\" ] }" >/dev/null
}

merely_there() {
	tool_start
	for _ in 1 2 3; do
		timed 'one check' tool check "$clone"
		[ "$tool_answer" = ok ] || fail "$tool_answer"
	done
	tool_says ok check "$original"
	tool_says 'NO_DEVICE: *' check sdzz
	tool_stop
}

# The clone beside its original is the normal case.
original_attached() {
	tool_start
	lvm_on "/dev/$original" vgchange -ay "$vg"
	tool_says "IN_USE: *logical volume $vg/*" check "$original"
	tool_says ok check "$clone"
	lvm_on "/dev/$original" vgchange -an "$vg"
	tool_says ok check "$original"
	tool_stop
}

# As the storage manager has it while a VM runs: one volume, open.
one_volume_open() {
	tool_start
	lvm_on "/dev/$original" lvchange -ay "$vg/MGT"
	exec 9<"/dev/$vg/MGT"
	tool_says "IN_USE: *logical volume $vg/MGT *" check "$original"
	exec 9<&-
	lvm_on "/dev/$original" vgchange -an "$vg"
	tool_stop
}

held_open() {
	tool_start
	exec 9<"/dev/$original"
	tool_says "IN_USE: *process $BASHPID (*) has it open*" check "$original"
	exec 9<&- 9<>"/dev/$original"
	tool_says "IN_USE: *process $BASHPID *" check "$original"
	exec 9<&-
	tool_says ok check "$original"
	tool_stop
}

# not_served NAME [TARGET]: it is not resigned, for LIO, or another, serves it.
not_served() {
	"$build/relvm" resign --yes "$1" 2>/tmp/said && fail "$1 was resigned"
	grep -q "is in use on this host: .*${2:-LIO}" /tmp/said || fail "$(cat /tmp/said)"
	same_images /tmp/pristine.img /tmp/served.img || fail "it was written to by $1"
}

# The kernel has an image or a device open, and no process: whatever it is called by.
served_by_lio() {
	local loop
	cp --sparse=always /tmp/pristine.img /tmp/served.img
	lio_start
	lio_backstore served /tmp/served.img 512 0d
	ln -f /tmp/served.img /tmp/link.img
	not_served /tmp/link.img
	loop=$(losetup -f --show /tmp/served.img)
	not_served "$loop"
	lio_stop
	lio_start
	lio_backstore served "$loop" 512 0d
	not_served "$loop"
	lio_stop
	"$build/relvm" resign --yes "$loop"
	losetup -d "$loop"
	rm /tmp/served.img /tmp/link.img /tmp/said
}

# SCST as its sysfs tells of it: this kernel has none.
served_by_scst() {
	local loop devices=/sys/kernel/scst_tgt/devices
	cp --sparse=always /tmp/pristine.img /tmp/served.img
	loop=$(losetup -f --show /tmp/served.img)
	mount -t tmpfs none /sys/kernel
	mkdir -p "$devices/other" "$devices/served"
	printf '/tmp/pristine.img\n[key]\n' >"$devices/other/filename"
	"$build/relvm" resign --yes "$loop"
	cp --sparse=always /tmp/pristine.img /tmp/served.img
	printf '/tmp/served.img\n[key]\n' >"$devices/served/filename"
	not_served "$loop" SCST
	printf '%s\n[key]\n' "$loop" >"$devices/served/filename"
	not_served "$loop" SCST
	umount /sys/kernel
	losetup -d "$loop"
	rm /tmp/served.img /tmp/said
}

# Programs that look at a new device and let go of it.
held_for_a_moment() {
	local reader
	tool_start
	exec 9<"/dev/$original"
	pause 0.4 &
	reader=$!
	exec 9<&-
	tool_says ok check "$original"
	wait "$reader"
	tool_stop
}

mounted() {
	tool_start
	mkfs.ext4 -q "/dev/$empty"
	mkdir -p /tmp/mnt
	mount "/dev/$empty" /tmp/mnt
	tool_says 'IN_USE: *mounted or otherwise claimed*' check "$empty"
	umount /tmp/mnt
	tool_says ok check "$empty"
	wipefs -qa "/dev/$empty"
	tool_stop
}

swapped_to() {
	tool_start
	mkswap "/dev/$empty" >/dev/null 2>&1
	swapon "/dev/$empty"
	tool_says 'IN_USE: *mounted or otherwise claimed*' check "$empty"
	swapoff "/dev/$empty"
	tool_says ok check "$empty"
	wipefs -qa "/dev/$empty"
	tool_stop
}

mapped() {
	tool_start
	dmsetup create mine --table "0 8 linear /dev/$empty 0"
	tool_says 'IN_USE: *device-mapper device mine *' check "$empty"
	dmsetup remove mine
	tool_stop
}

# A loop device has what it is on open in the kernel, and does not claim it.
through_a_loop() {
	local loop
	tool_start
	loop=$(losetup -f --show "/dev/$original")
	tool_says "IN_USE: *device ${loop#/dev/} is active on it*" check "$original"
	lvm_on "/dev/$original" vgchange -ay "$vg"
	not "$build/relvm" resign --yes "$loop" 2>/tmp/said
	grep -q 'block device by another name' /tmp/said || fail "$(cat /tmp/said)"
	lvm_on "/dev/$original" vgchange -an "$vg"
	losetup -d "$loop"
	tool_says ok check "$original"
	tool_stop
}

partition_mapped() {
	tool_start
	# A table with one entry: from sector 2048, 4096 of them.
	printf '\0\0\0\0\x83\0\0\0\0\x08\0\0\0\x10\0\0' | dd "of=/dev/$empty" bs=1 seek=446 conv=notrunc status=none
	printf '\x55\xaa' | dd "of=/dev/$empty" bs=1 seek=510 conv=notrunc status=none
	blockdev --rereadpt "/dev/$empty"
	wait_for test -b "/dev/${empty}1"
	tool_says ok check "$empty"
	dmsetup create mine --table "0 8 linear /dev/${empty}1 0"
	tool_says 'IN_USE: *device-mapper device mine *' check "$empty"
	dmsetup remove mine
	wipefs -qa "/dev/$empty"
	blockdev --rereadpt "/dev/$empty"
	tool_stop
}

# While we have it open nobody else can claim it, and our own opening is no use.
open_by_us() {
	tool_start
	tool_says ok open "$clone"
	tool_says ok check "$clone"
	! lvm_on "/dev/$clone" vgchange -ay "$vg" 2>/dev/null || fail "a VG that we hold was activated"
	exec 9<"/dev/$clone"
	tool_says 'IN_USE: *' check "$clone"
	exec 9<&-
	tool_says ok check "$clone"
	tool_says ok close
	tool_stop
}

# hide_page PAGE: as if the disks had none.
hide_page() {
	local path
	: >/tmp/no_page
	for path in /sys/class/block/sd*/device/vpd_pg"$1"; do
		mount --bind /tmp/no_page "$path" || return
	done
}

show_page() {
	umount /sys/class/block/sd*/device/vpd_pg"$1"
}

# A LUN without page 0x83.
by_serial_number() {
	local id
	id=SIET_VIRTUAL-DISK_$(tail -c +5 "/sys/class/block/$original/device/vpd_pg80" | tr -d ' \0')
	hide_page 83
	tool_start
	lvm_on "/dev/$original" vgchange -ay "$vg"
	tool_says "IN_USE: $original *logical volume $vg/*" guard "$clone" "$id"
	lvm_on "/dev/$original" vgchange -an "$vg"
	tool_says ok guard "$clone" "$id"
	not grep 'does not tell' /tmp/host_tool.log
	tool_stop
	show_page 83
}

# Kernels before 3.15.
by_nothing() {
	hide_page 83
	hide_page 80
	tool_start
	tool_says ok guard "$clone" "$(tgt_scsiid 0a)"
	grep -q 'does not tell' /tmp/host_tool.log || fail 'it says nothing'
	tool_stop
	show_page 80
	show_page 83
}

# The original, attached through one session, and we come through another.
by_another_path() {
	local other
	portal_up 192.0.2.1
	tool_start
	iscsi_login "$iqn" 192.0.2.1
	other=$(iscsi_disk "$iqn" 1 192.0.2.1)
	lvm_on "/dev/$original" vgchange -ay "$vg"
	tool_says ok check "$other"
	tool_says "IN_USE: $original *logical volume $vg/*" guard "$other" "$(tgt_scsiid 0a)"
	tool_says ok guard "$clone" "$(tgt_scsiid 0b)"
	lvm_on "/dev/$original" vgchange -an "$vg"
	tool_says ok guard "$other" "$(tgt_scsiid 0a)"
	iscsi_logout "$iqn" 192.0.2.1
	tool_stop
	portal_down 192.0.2.1
}

# The paths of a map: what the map is used for counts.
through_a_map() {
	local map
	multipathd_start
	tool_start
	map=/dev/mapper/$(tgt_scsiid 0a)
	wait_for test -b "$map"
	udevadm settle
	tool_says ok check "$original"
	lvm_on "$map" vgchange -ay "$vg"
	tool_says "IN_USE: *logical volume $vg/*" check "$original"
	tool_says ok check "$clone"
	lvm_on "$map" vgchange -an "$vg"
	tool_says ok check "$original"
	exec 9<"$map"
	tool_says "IN_USE: *process $BASHPID *" check "$original"
	exec 9<&-
	tool_says ok check "$original"
	tool_stop
	multipathd_stop
	# The links that were the map's.
	udevadm trigger --settle --subsystem-match=block --sysname-match='sd*'
}

fixture || exit 1
run_test 'merely there' merely_there
run_test 'original attached, clone beside it' original_attached
run_test 'one volume open' one_volume_open
run_test 'only held open' held_open
run_test 'an image that LIO serves' served_by_lio
run_test 'what SCST serves' served_by_scst
run_test 'held for a moment' held_for_a_moment
run_test 'mounted' mounted
run_test 'swapped to' swapped_to
run_test 'mapped' mapped
run_test 'through a loop device' through_a_loop
run_test 'partition mapped' partition_mapped
run_test 'open by us' open_by_us
run_test 'by another path' by_another_path
run_test 'by its serial number' by_serial_number
run_test 'by nothing that the kernel knows' by_nothing
run_test 'through a map' through_a_map
finish
