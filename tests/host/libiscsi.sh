#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# libiscsi.sh BUILD [PATTERN]: the default way to a LUN leaves the host out: no
# session, record, device, map, event or user, and none of the storage manager's
# locks; with and without what the host has to this target already.
# shellcheck disable=SC2317 # run_test calls the functions
set -u

# shellcheck source=guest.sh
. "$(dirname -- "$0")/guest.sh"
# shellcheck source=lib/driver.sh
. "$host_dir/lib/driver.sh"
# shellcheck source=lib/host_tool.sh
. "$host_dir/lib/host_tool.sh"
# shellcheck source=lib/sm.sh
. "$host_dir/lib/sm.sh"

# As a caller has it who names none.
initiator=

# What a run could have touched for a moment: times of folders, in which a file
# was made and removed, and of files.
touched() {
	local path
	for path in /etc/iscsi /etc/iscsi/nodes /etc/iscsi/send_targets /run/sr-ref \
		/run/sr-ref/* /etc/multipath /etc/multipath/* /run/lock/iscsi /dev \
		/dev/mapper /run/lock/sm /run/lock/sm/iscsiadm; do
		[ ! -e "$path" ] || stat -c '%n %y %z %i' "$path"
	done
	echo "sessions begun: $(iscsi_sessions_begun)"
}

# By the kernel's own messages.
iscsi_sessions_begun() {
	dmesg | grep -c 'iSCSI Initiator over TCP/IP' || :
}

watch_begin() {
	mkdir -p /run/sr-ref
	udevadm settle
	udevadm monitor --kernel --udev >/tmp/events &
	monitor=$!
	wait_for grep -q KERNEL /tmp/events
	watch_iscsiadm
	tool_start
	# Held by another all the while: whoever wants it would wait.
	tool_says ok lock
	touched >/tmp/touched
	host_state >/tmp/before
}

watch_end() {
	touched >/tmp/touched.now
	tool_says ok unlock
	tool_stop
	unwatch_iscsiadm
	udevadm settle
	kill "$monitor"
	wait "$monitor" || :
	[ ! -s /tmp/call/list ] || fail "iscsiadm was called: $(cat /tmp/call/list)"
	! grep -q 'iscsi\|block\|scsi' /tmp/events || fail "events: $(cat /tmp/events)"
	diff /tmp/touched /tmp/touched.now || fail "something was touched"
}

# alone KIND: the host knows nothing of the target.
alone() {
	local kind=$1
	serve "$kind" 512 127.0.0.1:3260
	multipathd_start
	watch_begin
	call "$kind"
	watch_end
	resigned
	state_kept /tmp/before
	good_result
	multipathd_stop
	serve_end "$kind"
}

# beside_host KIND: the storage manager has an SR of this target, and its clone
# among the LUNs that the host does not know.
beside_host() {
	local kind=$1
	serve "$kind" 512 127.0.0.1:3260
	iscsi_login "$iqn" 127.0.0.1 node.session.scan=manual
	iscsi_scan "$iqn" 1
	iscsi_disk "$iqn" 1 >/dev/null
	sm_count "$iqn"
	vgchange -ay "$old_vg" >/dev/null
	udevadm settle
	watch_begin
	call "$kind"
	watch_end
	resigned
	state_kept /tmp/before
	good_result
	# And the original is still what it was to the guards.
	call "$kind" SCSIid="$("${kind}_scsiid" 0001)"
	refused 16
	state_kept /tmp/before
	vgchange -an "$old_vg" >/dev/null
	sm_detach "$iqn"
	iscsiadm -m node -T "$iqn" -o delete
	serve_end "$kind"
}

# A worker of relvm's goes from LUN to LUN in one session: each is fenced for its own
# time, and at the end neither a session nor a reservation is left.
batch() {
	local i count=6 sr=${old_vg#VG_XenStorage-} begun
	serve lio 512 127.0.0.1:3260
	for ((i = 1; i <= count; i++)); do
		cp --sparse=always "$pristine" "/tmp/batch.$i"
		lio_backstore "batch$i" "/tmp/batch.$i" 512 "00b$i"
		lio_lun "$iqn" $((9 + i)) "batch$i"
		echo "iscsi://127.0.0.1/$iqn/$(lio_scsiid "00b$i")"
	done >/tmp/luns
	begun=$(lio_logins "$iqn")
	watch_begin
	"$build/relvm" resign --yes --jobs 2 --from "$sr" --luns /tmp/luns >/tmp/said 2>&1 || fail "$(cat /tmp/said)"
	watch_end
	state_kept /tmp/before
	grep -q "^relvm: $count done, 0 failed" /tmp/said || fail "$(cat /tmp/said)"
	# One that asks which LUN is which, and two workers.
	[ $(($(lio_logins "$iqn") - begun)) = 3 ] || fail "$(($(lio_logins "$iqn") - begun)) logins"
	for ((i = 1; i <= count; i++)); do
		head -c 10M "/tmp/batch.$i" | grep -ao 'VG_XenStorage-[0-9a-f-]* {' | tail -n 1
	done | grep -v "$sr" | sort -u >/tmp/srs
	[ "$(wc -l </tmp/srs)" = "$count" ] || fail "the SRs are $(cat /tmp/srs)"
	"$build/relvm" resign --yes --jobs 2 --from "$sr" --luns /tmp/luns >/tmp/said 2>&1 || fail "again: $(cat /tmp/said)"
	! written /tmp/original.img || fail "the original was written to"
	serve_end lio
	rm /tmp/batch.*
}

# A list of targets that comes in parts is the list that open-iscsi makes of it.
many_targets() {
	local i name
	serve lio 512 127.0.0.1:3260
	# Of more than 32 KiB.
	name=$iqn.$(printf '%0160d' 0)
	for ((i = 1; i <= 150; i++)); do
		lio_target "$name.$i" 127.0.0.1:3260
	done
	"$build/relvm" list 127.0.0.1 >/tmp/said 2>&1 || fail "$(head -n 3 /tmp/said)"
	iscsiadm -m discovery -t st -p 127.0.0.1 | sed 's/^[^ ]* //' | sort >/tmp/want
	sed -n 's,^iscsi://127.0.0.1:3260/,,p' /tmp/said | sort | diff - /tmp/want || fail "not its list"
	[ "$(wc -l </tmp/want)" = 151 ] || fail "$(wc -l </tmp/want) targets"
	iscsiadm -m discovery -p 127.0.0.1 -o delete
	serve_end lio
}

# The host's session has brought the clone along: udev does not go on calling it by
# the original's ids.
clone_is_a_disk() {
	local clone pv
	serve tgt 512 127.0.0.1:3260
	iscsi_login "$iqn" 127.0.0.1
	iscsi_disk "$iqn" 1 >/dev/null
	clone=$(iscsi_disk "$iqn" 2)
	call tgt
	resigned
	udevadm settle
	pv=$(pvs --noheadings -o pv_uuid "/dev/$clone" | tr -d ' ')
	udevadm info "/dev/$clone" | grep -q "ID_FS_UUID=$pv" ||
		fail "udev does not know $pv: $(udevadm info "/dev/$clone" | grep ID_FS_UUID=)"
	iscsi_logout "$iqn" 127.0.0.1
	serve_end tgt
}

# A kernel before 3.15 has no pages in sysfs: what tells then are the links that
# the storage manager's udev rule makes.
old_kernel() {
	local disk file links
	serve tgt 512 127.0.0.1:3260
	iscsi_login "$iqn" 127.0.0.1 node.session.scan=manual
	iscsi_scan "$iqn" 1
	disk=$(iscsi_disk "$iqn" 1)
	vgchange -ay "$old_vg" >/dev/null
	: >/tmp/none
	for file in inquiry vpd_pg0 vpd_pg80 vpd_pg83; do
		[ ! -e "/sys/block/$disk/device/$file" ] ||
			mount --bind /tmp/none "/sys/block/$disk/device/$file"
	done
	links=/dev/disk/by-scsid/$(tgt_scsiid 0001)
	mkdir -p "$links"
	ln -s "../../../$disk" "$links/$disk"
	call tgt SCSIid="$(tgt_scsiid 0001)"
	umount "/sys/block/$disk/device"/{inquiry,vpd_pg*} 2>/dev/null || :
	rm -r /dev/disk/by-scsid
	refused 16 "$disk"
	! written /tmp/original.img || fail "the original was written to"
	vgchange -an "$old_vg" >/dev/null
	iscsi_logout "$iqn" 127.0.0.1
	serve_end tgt
}

# The watch itself must be able to fail.
watch_sees() {
	serve tgt 512 127.0.0.1:3260
	watch_begin
	tool_says ok unlock
	initiator=open-iscsi
	call tgt
	touched >/tmp/touched.now
	tool_stop
	unwatch_iscsiadm
	udevadm settle
	kill "$monitor"
	wait "$monitor" || :
	resigned
	[ -s /tmp/call/list ] || fail "no call of iscsiadm was seen"
	grep -q 'block' /tmp/events || fail "no event was seen"
	! cmp -s /tmp/touched /tmp/touched.now || fail "nothing was seen to be touched"
	rm -rf /run/sr-ref
	serve_end tgt
}

# The lock that is held stops whoever wants it.
lock_is_wanted() {
	serve tgt 512 127.0.0.1:3260
	tool_start
	tool_says ok lock
	initiator=open-iscsi
	call_begun
	wait_for waits_for_lock
	untouched
	tool_says ok unlock
	wait "$caller" || fail "the call"
	tool_stop
	serve_end tgt
}

call_begun() {
	(
		call tgt
		resigned
	) &
	caller=$!
}

# It looks up which LUN it is, and then is asked to wait.
waits_for_lock() {
	local pid
	pid=$(pgrep -xo RELVMoISCSISR) &&
		find "/proc/$pid/fd" -lname '*/isciadm_running' | grep -q .
}

for kind in tgt lio; do
	run_test "$kind: the host is left out" alone "$kind"
	run_test "$kind: beside an SR of the host's" beside_host "$kind"
done
run_test "lio: a batch of LUNs" batch
run_test "the clone is a disk of the host's" clone_is_a_disk
run_test "an original of the host's, on a kernel of before 3.15" old_kernel
run_test "the watch sees the host's initiator" watch_sees
run_test "lio: 151 targets of long names" many_targets
run_test "the lock is waited for by the host's initiator" lock_is_wanted
finish
