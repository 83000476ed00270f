#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# beside.sh BUILD [PATTERN]: what the host has is as it was: the original under
# I/O, its session, others' node records; and a live original is refused.
# shellcheck disable=SC2317 # run_test calls the functions
set -u

# shellcheck source=guest.sh
. "$(dirname -- "$0")/guest.sh"
# shellcheck source=lib/driver.sh
. "$host_dir/lib/driver.sh"

# --- beside what the host has attached ---------------------------------------

# The clone comes when the others are long attached, as on an array.
serve_clone() {
	case $1 in
	tgt) tgt_lun 1 2 /tmp/clone.img 512 0002 ;;
	lio)
		lio_backstore clone /tmp/clone.img 512 0002
		lio_lun "$iqn" 2 clone
		;;
	esac
}

unserve_clone() {
	case $1 in
	tgt) tgt_lun_remove 1 2 ;;
	lio)
		lio_lun_remove "$iqn" 2
		rmdir "$lio_root/core/fileio_0/clone"
		;;
	esac
}

io_pid=
io_start() {
	"$build/tests/support/steady_io" "$1" >/tmp/io.out 2>/tmp/io.err &
	io_pid=$!
	wait_for io_under_way
}

io_under_way() {
	kill -0 "$io_pid"
}

# Sets $longest: for how many ms the I/O stood still at most.
io_stop() {
	kill -TERM "$io_pid"
	wait "$io_pid" || fail "the original's I/O: $(cat /tmp/io.err)"
	echo "time: original: $(cat /tmp/io.out)"
	longest=$(sed 's/.*longest \([0-9]*\) ms/\1/' /tmp/io.out)
}

# vgs_silent DISK...: LVM sees one VG on each, and has nothing to say.
vgs_silent() {
	local seen
	seen=$(vgs --noheadings -o pv_name 2>/tmp/vgs.err | tr -d ' ' | sort | tr '\n' ' ')
	# its cache
	rm -f /run/lvm/newhints
	[ ! -s /tmp/vgs.err ] || fail "LVM says: $(cat /tmp/vgs.err)"
	[ "$seen" = "$(printf '/dev/%s\n' "$@" | sort | tr '\n' ' ')" ] || fail "vgs sees $seen"
}

# A machine that has other suites to run may stand still for a second by itself, now
# and then. What stood still because of us would do so each time.
beside_original() {
	local try
	for try in 1 2 3; do
		beside_once "$1"
		[ "$longest" -ge 1000 ] || return 0
	done
	fail "the original's I/O stood still for $longest ms, and before, $try times"
}

beside_once() {
	local kind=$1 disk before clone
	serve "$kind" 512 127.0.0.1:3260
	unserve_clone "$kind"
	iscsi_login "$iqn" 127.0.0.1
	disk=$(iscsi_disk "$iqn" 1)
	iscsi_disk "$iqn" 3 >/dev/null
	LVM_SYSTEM_DIR=/etc/lvm/master lvcreate -q -Wn -Zn -l 4 -n steady "$old_vg" >/dev/null
	vgchange -ay "$old_vg" >/dev/null
	serve_clone "$kind"
	udevadm settle
	host_state >/tmp/before
	io_start "/dev/$old_vg/steady"
	host_state >/tmp/with_io
	watch_clone
	call "$kind"
	watch_end
	state_kept /tmp/with_io
	io_stop
	resigned
	state_kept /tmp/before
	vgs_silent "$disk"
	# Now the host may see both.
	iscsi_scan "$iqn" 2
	clone=$(iscsi_disk "$iqn" 2)
	vgs_silent "$disk" "$clone"
	vgs --noheadings -o vg_name "VG_XenStorage-$new_uuid" >/dev/null
	vgchange -an "$old_vg" >/dev/null
	iscsi_logout "$iqn" 127.0.0.1
	serve_end "$kind"
}

# A clone that the host has already, since it scans: used, and left there.
already_there() {
	local kind=$1 disk
	serve "$kind" 512 127.0.0.1:3260
	iscsi_login "$iqn" 127.0.0.1
	disk=$(iscsi_disk "$iqn" 2)
	host_state >/tmp/before
	call "$kind"
	resigned
	state_kept /tmp/before
	good_result
	vgs_silent "$(iscsi_disk "$iqn" 1)" "$disk"
	iscsi_logout "$iqn" 127.0.0.1
	serve_end "$kind"
}

# How long the clone is a disk of this host.
watch_clone() {
	"$build/tests/support/visible" /tmp/clone.img >/tmp/visible &
	watcher=$!
	wait_for grep -q ready /tmp/visible
}

watch_end() {
	wait "$watcher" || fail "the clone was no disk, or not resigned"
	echo "time: the clone was a disk: $(tail -n 1 /tmp/visible)"
}

# --- the live original ---------------------------------------------------------

# Attached: its VG active. Then only held open by some program. The host's
# session and disk, or a session of ours.
original_refused() {
	local kind=$1 disk
	portal_up 192.0.2.1
	serve "$kind" 512 127.0.0.1:3260 192.0.2.1:3260
	iscsi_login "$iqn" 127.0.0.1 node.session.scan=manual
	iscsi_scan "$iqn" 1
	disk=$(iscsi_disk "$iqn" 1)
	vgchange -ay "$old_vg" >/dev/null
	udevadm settle
	touch -d 2001-01-01 /tmp/original.img
	host_state >/tmp/before
	call "$kind" SCSIid="$("${kind}_scsiid" 0001)"
	refused 16
	state_kept /tmp/before
	vgchange -an "$old_vg" >/dev/null
	exec 9</dev/"$disk"
	call "$kind" SCSIid="$("${kind}_scsiid" 0001)"
	refused 16
	exec 9<&-
	# The same LUN by another portal.
	vgchange -ay "$old_vg" >/dev/null
	host_state >/tmp/before
	call "$kind" target=192.0.2.1 SCSIid="$("${kind}_scsiid" 0001)"
	refused 16
	state_kept /tmp/before
	portal_down 192.0.2.1
	vgchange -an "$old_vg" >/dev/null
	! written /tmp/original.img || fail "the original was written to"
	call "$kind" SCSIid="$("${kind}_scsiid" 0001)"
	resigned
	written /tmp/original.img || fail "a write does not show"
	iscsi_logout "$iqn" 127.0.0.1
	serve_end "$kind"
}

# An array may give a clone its source's SCSIid: which of two LUNs is meant nobody
# can tell, with a session of the host's or without one.
two_of_one_name() {
	serve tgt 512 127.0.0.1:3260
	tgt_lun_remove 1 2
	tgt_lun 1 2 /tmp/clone.img 512 0001
	call tgt SCSIid="$(tgt_scsiid 0001)"
	refused 107 "2 disks of the target have SCSIid"
	iscsi_login "$iqn" 127.0.0.1
	iscsi_disk "$iqn" 1 >/dev/null
	iscsi_disk "$iqn" 2 >/dev/null
	udevadm settle
	host_state >/tmp/before
	call tgt SCSIid="$(tgt_scsiid 0001)"
	refused 107 "LUN [12] and LUN [12] of the target both have SCSIid"
	state_kept /tmp/before
	untouched
	! written /tmp/original.img || fail "the original was written to"
	iscsi_logout "$iqn" 127.0.0.1
	serve_end tgt
}

# --- what the host had is as it was ------------------------------------------

# iscsiadm in the guest becomes a script that keeps a list of its calls, and runs
# /tmp/call/hook, if there is one, after each.
# Three calls for a session of our own, none for one of the host's.
calls_counted() {
	serve tgt 512 127.0.0.1:3260
	serve_chap tgt user secretsecret12
	watch_iscsiadm
	call tgt chapuser=user chappassword=secretsecret12
	resigned
	echo "time: iscsiadm was called $(wc -l </tmp/call/list) times"
	[ "$(wc -l </tmp/call/list)" = 3 ] || fail "$(cat /tmp/call/list)"
	! grep secret /tmp/call/list || fail "a password was an argument"
	unwatch_iscsiadm
	images
	tgt_stop
	serve tgt 512 127.0.0.1:3260
	iscsi_login "$iqn" 127.0.0.1 node.session.scan=manual
	watch_iscsiadm
	call tgt
	resigned
	[ ! -s /tmp/call/list ] || fail "$(cat /tmp/call/list)"
	unwatch_iscsiadm
	iscsi_logout "$iqn" 127.0.0.1
	serve_end tgt
}

# A record that somebody else has made, with settings that would not do for us.
record_kept() {
	local kind=$1 file
	serve "$kind" 512 127.0.0.1:3260
	serve_chap "$kind" user secretsecret12
	iscsiadm -m discovery -t sendtargets -p 127.0.0.1 >/dev/null
	iscsiadm -m node -T "$iqn" -p 127.0.0.1 -o update -n node.startup -v automatic
	iscsiadm -m node -T "$iqn" -p 127.0.0.1 -o update -n node.session.auth.username -v wrong
	iscsiadm -m node -T "$iqn" -p 127.0.0.1 -o update -n node.session.auth.username_in -v old
	iscsiadm -m node -T "$iqn" -p 127.0.0.1 -o update -n node.session.auth.password_in -v oldoldoldoldold
	file=$(find /etc/iscsi/nodes -type f)
	cp "$file" /tmp/record
	host_state >/tmp/before
	call "$kind" chapuser=user chappassword=secretsecret12
	resigned
	state_kept /tmp/before
	cmp /tmp/record "$file" || fail "the node record has changed"
	good_result
	iscsiadm -m node -T "$iqn" -p 127.0.0.1 -o delete
	iscsiadm -m discoverydb -t sendtargets -p 127.0.0.1 -o delete
	rm -rf /etc/iscsi/send_targets
	serve_end "$kind"
}

# An open-iscsi of before 2.0.875: its records know no node.session.scan, and a
# login brings all LUNs.
old_open_iscsi() {
	local file
	serve tgt 512 127.0.0.1:3260
	iscsi_record "$iqn" 127.0.0.1
	file=$(find /etc/iscsi/nodes -type f)
	sed -i '/node.session.scan/d' "$file"
	host_state >/tmp/before
	call tgt
	resigned
	state_kept /tmp/before
	good_result
	iscsiadm -m node -T "$iqn" -p 127.0.0.1 -o delete
	serve_end tgt
}

for kind in tgt lio; do
	run_test "$kind: the original attached, under I/O" beside_original "$kind"
done
run_test "a clone that the host has already" already_there tgt
run_test "a live original" original_refused tgt
run_test "two LUNs of one name" two_of_one_name
run_test "a node record that is not ours" record_kept tgt
run_test "iscsiadm calls" calls_counted
run_test "open-iscsi without manual scan" old_open_iscsi
finish
