# SPDX-License-Identifier: LGPL-2.1-only
#
# LUNs by HBA: LIO's tcm_loop, whose targets are SCSI hosts of the guest itself.
# Each target is a host of its own, so that a backstore in two of them is a LUN
# with two paths. Backstores, and their SCSIids, are lio.sh's. A LUN comes and
# goes at once, as with a hot mapping on an array; nobody scans.
# shellcheck shell=bash

tcm_loop_start() {
	lio_start && modprobe tcm_loop && mkdir -p "$lio_root/loopback"
}

# tcm_loop_target NUMBER: a SCSI host; 1 to 9.
tcm_loop_target() {
	local group="$lio_root/loopback/naa.600140500000000$1/tpgt_1"
	mkdir -p "$group" && echo "naa.600140510000000$1" >"$group/nexus"
}

# tcm_loop_map NUMBER LUN BACKSTORE_NAME
tcm_loop_map() {
	local lun="$lio_root/loopback/naa.600140500000000$1/tpgt_1/lun/lun_$2"
	mkdir -p "$lun" && ln -s "$lio_root/core/fileio_0/$3" "$lun/backstore"
}

# tcm_loop_unmap NUMBER LUN: the disk goes at once, whoever has it.
tcm_loop_unmap() {
	local lun="$lio_root/loopback/naa.600140500000000$1/tpgt_1/lun/lun_$2"
	rm -f "$lun/backstore" && rmdir "$lun"
}

# tcm_loop_disks SCSIID: prints the kernel's names of the disks that are this LUN,
# one a path.
tcm_loop_disks() {
	local disk
	for disk in /sys/block/sd*; do
		[ -e "$disk/device/wwid" ] || continue
		# "naa." and the SCSIid without its type
		[ "$(cat "$disk/device/wwid")" != "naa.${1#3}" ] || echo "${disk##*/}"
	done
}

# tcm_loop_has SCSIID COUNT: so many paths, each with its node.
tcm_loop_has() {
	local disk count=0
	for disk in $(tcm_loop_disks "$1"); do
		[ -b "/dev/$disk" ] || return
		count=$((count + 1))
	done
	[ "$count" = "$2" ]
}

# tcm_loop_stop: removes all targets; backstores are lio_stop's.
tcm_loop_stop() {
	local group lun
	for group in "$lio_root"/loopback/naa.*/tpgt_1; do
		[ -d "$group" ] || continue
		for lun in "$group"/lun/lun_*; do
			[ ! -d "$lun" ] || { rm -f "$lun/backstore" && rmdir "$lun"; }
		done
		rmdir "$group" "${group%/*}"
	done
	return 0
}
