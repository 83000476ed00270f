#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# relvm.sh BUILD [PATTERN]: relvm on block devices of a host: a disk of the host's
# own iSCSI session, a multipath map; what is in use is refused and is untouched,
# and the host is as before. LVM of the host judges the results.
# shellcheck disable=SC2317 # run_test calls the functions
set -u

# shellcheck source=guest.sh
. "$(dirname -- "$0")/guest.sh"
# shellcheck source=lib/host_tool.sh
. "$host_dir/lib/host_tool.sh"

iqn=iqn.2014-01.test.relvmoiscsi:relvm
sr=f454dfa2-2b0c-4fb0-8a14-32fbf4c5b026
vg=VG_XenStorage-$sr
relvm=$build/relvm
image_unpack "$host_tree/tests/golden/single-vhd.img.zst" /tmp/pristine.img || exit 1
original='' clone='' partitioned='' own=''
iscsid_stay

fixture() {
	cp --sparse=always /tmp/pristine.img /tmp/original.img
	cp --sparse=always /tmp/pristine.img /tmp/clone.img
	image_empty /tmp/partitioned.img 64M
	image_empty /tmp/own.img 2200M
	tgt_start 0.0.0.0:3260 &&
		tgt_target 1 "$iqn" &&
		tgt_lun 1 1 /tmp/original.img 512 0a &&
		tgt_lun 1 2 /tmp/clone.img 512 0b &&
		tgt_lun 1 3 /tmp/partitioned.img 512 0c &&
		tgt_lun 1 4 /tmp/own.img 512 0d &&
		iscsi_login "$iqn" 127.0.0.1 &&
		original=$(iscsi_disk "$iqn" 1) &&
		clone=$(iscsi_disk "$iqn" 2) &&
		partitioned=$(iscsi_disk "$iqn" 3) &&
		own=$(iscsi_disk "$iqn" 4)
}

# says STATUS TEXT COMMAND...: relvm's exit status, and what it says.
says() {
	local want=$1 text=$2 status=0
	shift 2
	"$relvm" "$@" >/tmp/said 2>&1 </dev/null || status=$?
	[ "$status" = "$want" ] || fail "exit $status: $(cat /tmp/said)"
	grep -q -F -- "$text" /tmp/said || fail "not '$text': $(cat /tmp/said)"
}

# The device, as LVM alone on it sees it.
lvm_sees() {
	local seen
	seen=$(vgs --noheadings -o vg_name --config \
		"devices { filter = [ \"a|^$1\$|\", \"r|.*|\" ] }" | tr -d ' ')
	[ "$seen" = "VG_XenStorage-$2" ] || fail "LVM sees $seen on $1"
	vgck --config "devices { filter = [ \"a|^$1\$|\", \"r|.*|\" ] }" \
		"VG_XenStorage-$2" || fail "vgck"
}

looked_at() {
	says 0 "$sr" inspect "/dev/$clone"
	says 0 "SCSIid $(tgt_scsiid 0b)" inspect "/dev/$clone"
	says 0 'nothing was written' plan --save-map /tmp/map "/dev/$clone"
	cmp /tmp/pristine.img /tmp/clone.img || fail "plan has written"
	says 3 "both have SR uuid $sr" verify "/dev/$original" "/dev/$clone"
}

# The original in use; the clone beside it is not.
in_use() {
	vgchange -ay "$vg" >/dev/null --config \
		"devices { filter = [ \"a|^/dev/$original\$|\", \"r|.*|\" ] }"
	says 0 "$sr" inspect "/dev/$original"
	says 1 "logical volume $vg/" resign -y "/dev/$original"
	# What is in a VDI of an SR in use is that SR's, too.
	says 1 "logical volume $vg/" resign -y "/dev/$vg/MGT"
	# The same LUN by libiscsi, which the kernel does not see.
	says 1 "logical volume $vg/" resign -y \
		--initiator-name iqn.2014-01.test.relvmoiscsi:i \
		"iscsi://127.0.0.1/$iqn/1"
	vgchange -an "$vg" >/dev/null --config \
		"devices { filter = [ \"a|^/dev/$original\$|\", \"r|.*|\" ] }"
	exec 9<"/dev/$original"
	says 1 'has it open' resign -y "/dev/$original"
	exec 9<&-
	cmp /tmp/pristine.img /tmp/original.img || fail "the original was written to"
}

# Who may not look whether the LUN is in use does not take it for free. Locks can be
# anybody's, as on Debian.
without_root() {
	local mode
	mode=$(stat -c %a /run/lock)
	chmod 1777 /run/lock
	rm -rf /run/lock/sm
	exec 9<"/dev/$original"
	! setpriv --reuid=65534 --regid=65534 --clear-groups "$relvm" resign -y \
		--initiator-name iqn.2014-01.test.relvmoiscsi:i \
		"iscsi://127.0.0.1/$iqn/1" >/tmp/said 2>&1 || fail "$(cat /tmp/said)"
	exec 9<&-
	grep -q 'only root can tell' /tmp/said || fail "$(cat /tmp/said)"
	rm -rf /run/lock/sm
	chmod "$mode" /run/lock
	cmp /tmp/pristine.img /tmp/original.img || fail "the original was written to"
}

resigned() {
	local new
	host_state >/tmp/before
	says 0 'resigned, SR' resign -y --map /tmp/map "/dev/$clone"
	new=$(sed -n 's/^.*resigned, SR .* -> \([^,]*\),.*$/\1/p' /tmp/said)
	lvm_sees "/dev/$clone" "$new"
	says 0 sound verify "/dev/$original" "/dev/$clone"
	udevadm settle
	# udev's link by the PV's id is another one now, of course.
	host_state >/tmp/after
	sed -i '/lvm-pv-uuid/d' /tmp/before /tmp/after
	diff /tmp/before /tmp/after || fail "the host is not as before"
	[ ! -e "/var/lock/sm/relvmoiscsi/$(tgt_scsiid 0b)" ] || fail "its lock stays"
	says 0 "$new" resign -y "/dev/disk/by-path/$(by_path "$clone")"
}

# A link of udev's for the disk.
by_path() {
	local link
	for link in /dev/disk/by-path/*; do
		[ "$(realpath "$link")" != "/dev/$1" ] || { echo "${link##*/}"; return; }
	done
}

no_whole_disk() {
	# A table with one entry: from sector 2048, 4096 of them.
	printf '\0\0\0\0\x83\0\0\0\0\x08\0\0\0\x10\0\0' |
		dd "of=/dev/$partitioned" bs=1 seek=446 conv=notrunc status=none
	printf '\x55\xaa' | dd "of=/dev/$partitioned" bs=1 seek=510 conv=notrunc status=none
	blockdev --rereadpt "/dev/$partitioned"
	wait_for test -b "/dev/${partitioned}1"
	says 1 'is a partition' inspect "/dev/${partitioned}1"
	says 1 'neither an image file nor a block device' inspect /dev/null
	wipefs -qa "/dev/$partitioned"
	blockdev --rereadpt "/dev/$partitioned"
	wait_for not test -e "/dev/${partitioned}1"
	udevadm settle
}

# Through the map; a path of it is held by it.
multipathed() {
	local map
	map=/dev/mapper/$(tgt_scsiid 0b)
	multipathd_start
	multipathd add path "$clone" >/dev/null
	wait_for test -e "$map"
	udevadm settle
	says 0 "SCSIid $(tgt_scsiid 0b)" inspect "$map"
	says 0 'resigned, SR' resign -y "$map"
	says 1 'in use' resign -y "/dev/$clone"
	lvm_sees "$map" "$(sr_on "$map")"
	multipathd_stop
}

sr_on() {
	"$relvm" inspect "$1" | sed -n 's/^  SR *\([^ ]*\) .*/\1/p'
}

# A volume of the host's own, on a LUN: what is in it is no LUN, and the LUN's other
# volumes are none of its business.
in_a_volume() {
	local disk=/dev/$own lv=/dev/host/copy new
	vgcreate -q host "$disk" >/dev/null
	lvcreate -q -Wn -L 1G -n copy host >/dev/null
	lvcreate -q -Wn -L 1G -n twin host >/dev/null
	dd if=/tmp/pristine.img of="$lv" bs=1M conv=sparse status=none
	says 0 'resigned, SR' resign -y "$lv"
	new=$(sed -n 's/^.*resigned, SR .* -> \([^,]*\),.*$/\1/p' /tmp/said)
	says 0 "$new" inspect "$lv"
	says 1 "logical volume host/" resign -y "$disk"
	# A copy of one in mid-resign does not get the same identifiers.
	dd if=/tmp/pristine.img of="$lv" bs=1M conv=sparse status=none
	mv /usr/sbin/lvm /usr/sbin/lvm.real
	printf '#!/bin/sh\nexit 5\n' >/usr/sbin/lvm
	chmod 755 /usr/sbin/lvm
	says 1 'committed but not finished' resign -y "$lv"
	mv /usr/sbin/lvm.real /usr/sbin/lvm
	dd if="$lv" of=/dev/host/twin bs=1M conv=sparse status=none
	"$relvm" resign -y "$lv"
	"$relvm" resign -y /dev/host/twin
	[ "$(sr_on "$lv")" != "$(sr_on /dev/host/twin)" ] || fail "both have $(sr_on "$lv")"
	vgremove -qff host >/dev/null
	pvremove -qff "$disk" >/dev/null
	rm -f /run/lvm/newhints
	udevadm settle
}

fixture || exit 1
run_test 'looked at' looked_at
run_test 'in use' in_use
run_test 'without root' without_root
run_test 'no whole disk' no_whole_disk
run_test 'resigned' resigned
run_test 'in a volume of the host' in_a_volume
run_test 'multipathed' multipathed
finish
