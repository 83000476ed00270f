#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# multipath.sh BUILD [PATTERN]: shows that where multipathd takes the LUN into a
# map, work goes through the map, fails over and never hangs, and that a map which
# came with our disks goes with them, and no other.
# shellcheck disable=SC2317 # run_test calls the functions
set -u

# shellcheck source=guest.sh
. "$(dirname -- "$0")/guest.sh"
# shellcheck source=lib/host_tool.sh
. "$host_dir/lib/host_tool.sh"

iqn=iqn.2014-01.test.relvmoiscsi:multipath
map=$(tgt_scsiid 0a)
vg=VG_XenStorage-f454dfa2-2b0c-4fb0-8a14-32fbf4c5b026
portals=(192.0.2.1 192.0.2.2)
first='' second=''
image_unpack "$host_tree/tests/golden/single-vhd.img.zst" /tmp/pristine.img || exit 1
iscsid_stay

# up: a target with two portals, and multipathd.
up() {
	cp --sparse=always /tmp/pristine.img /tmp/lun.img
	portal_up "${portals[0]}"
	portal_up "${portals[1]}"
	tgt_start "${portals[@]/%/:3260}"
	tgt_target 1 "$iqn"
	tgt_lun 1 1 /tmp/lun.img 512 0a
	multipathd_start
	tool_start
}

down() {
	tool_stop
	multipathd_stop
	tgt_stop
	portal_down "${portals[0]}"
	portal_down "${portals[1]}"
	rm -f /tmp/lun.img
}

# configured EDIT PATTERN: with its configuration edited, of which PATTERN is seen
# when multipathd goes by it, for it says "ok" before it does.
configured() {
	sed -i "$1" /etc/multipath.conf
	multipathd reconfigure >/dev/null
	wait_for configuration_has "$2"
}

configuration_has() {
	multipathd show config | grep -q "$1"
}

# disk_now IQN LUN ADDRESS: the disk, as soon as the kernel has it.
disk_now() {
	local session path
	session=$(iscsi_session "$1" "$3")
	wait_for iscsi_disk_there "$session" "$2"
	path=$(echo "$session"/device/target*/*:"$2"/block/sd*)
	echo "${path##*/}"
}

log_in() {
	iscsi_login "$iqn" "${portals[0]}" "${iscsi_quick_to_fail[@]}"
	first=$(disk_now "$iqn" 1 "${portals[0]}")
}

log_in_twice() {
	log_in
	iscsi_login "$iqn" "${portals[1]}" "${iscsi_quick_to_fail[@]}"
	second=$(disk_now "$iqn" 1 "${portals[1]}")
}

log_out() {
	iscsi_logout "$iqn" "${portals[0]}"
	[ -z "$second" ] || iscsi_logout "$iqn" "${portals[1]}"
}

device_of() { # the answer's second word
	local word=${tool_answer#* }
	echo "${word%% *}"
}

no_map() {
	not dmsetup info "$1" >/dev/null 2>&1 || fail "there is a map $1"
}

# A trace of the map in multipath's own file would make it take the LUN later.
no_wwid() {
	! grep -q "^/$map/" /etc/multipath/wwids || fail "the wwid stays in multipath's file"
}

no_daemon() {
	up
	multipathd_stop
	tool_says ok remember
	log_in
	timed 'claim, multipathd not running' tool claim "$first"
	[ "$tool_answer" = 'ok none' ] || fail "$tool_answer"
	tool_says ok check "$first"
	tool_says ok open "$first"
	tool_says ok write
	tool_says ok close
	tool_says ok release "$first"
	log_out
	down
}

# not_taken EDIT PATTERN: multipathd runs and, its configuration edited, does not want the
# LUN.
not_taken() {
	up
	configured "$1" "$2"
	tool_says ok remember
	log_in
	timed 'claim, multipathd does not want it' tool claim "$first"
	[ "$tool_answer" = 'ok none' ] || fail "$tool_answer"
	tool_says ok check "$first"
	tool_says ok release "$first"
	log_out
	down
}

taken() {
	local before device
	up
	before=$(mktemp)
	host_state >"$before"
	tool_says ok remember
	log_in
	timed 'claim, until the map is there' tool claim "$first"
	case $tool_answer in "ok dm-"*" $map ours") ;; *) fail "$tool_answer" ;; esac
	device=$(device_of)
	timed 'check of the disk in a map' tool check "$first"
	[ "$tool_answer" = ok ] || fail "$tool_answer"
	tool_says ok open "$device"
	tool_says ok read
	tool_says ok write
	tool_says ok check "$first"
	tool_says ok close
	timed release tool release "$first"
	[ "$tool_answer" = ok ] || fail "$tool_answer"
	no_map "$map"
	no_wwid
	# Nor does multipathd make it again.
	udevadm settle
	no_map "$map"
	log_out
	state_kept "$before"
	rm "$before"
	down
}

one_portal_fails() {
	local device
	up
	tool_says ok remember
	log_in_twice
	tool_says "ok dm-* $map ours" claim "$first"
	device=$(device_of)
	tool_says "ok $device $map ours" claim "$second"
	tool_says ok check "$first"
	tool_says ok check "$second"
	tool_says ok open "$device"
	tool_says ok write
	portal_down "${portals[0]}"
	timed 'write while a portal fails' tool write
	[ "$tool_answer" = ok ] || fail "$tool_answer"
	tool_says ok read
	tool_says ok close
	tool_says ok release "$first" "$second"
	no_map "$map"
	portal_up "${portals[0]}"
	log_out
	down
}

# With a map that would queue for ever.
all_portals_fail() {
	up
	configured 's/no_path_retry fail/no_path_retry queue/' '^.no_path_retry "queue"'
	tool_says ok remember
	log_in
	tool_says "ok dm-* $map ours" claim "$first"
	tool_says ok open "$(device_of)"
	tool_says ok write
	portal_down "${portals[0]}"
	timed 'write while all portals fail' tool write
	case $tool_answer in 'IO: '*) ;; *) fail "$tool_answer" ;; esac
	tool_says ok close
	timed 'release while all portals fail' tool release "$first"
	[ "$tool_answer" = ok ] || fail "$tool_answer"
	no_map "$map"
	portal_up "${portals[0]}"
	log_out
	down
}

# The original, attached through its map by the storage manager, and we come with
# a second path to it.
there_in_use() {
	up
	log_in
	wait_for test -b "/dev/mapper/$map"
	udevadm settle
	vgchange -ay "$vg" >/dev/null
	tool_says ok remember
	iscsi_login "$iqn" "${portals[1]}" "${iscsi_quick_to_fail[@]}"
	second=$(disk_now "$iqn" 1 "${portals[1]}")
	tool_says "ok dm-* $map theirs" claim "$second"
	tool_says "IN_USE: *logical volume $vg/*" check "$second"
	tool_says ok release "$second"
	dmsetup info "$map" >/dev/null
	vgchange -an "$vg" >/dev/null
	multipath -f "$map"
	log_out
	down
}

there_unused() {
	local device
	up
	configured 's/no_path_retry fail/no_path_retry queue/' '^.no_path_retry "queue"'
	log_in
	wait_for test -b "/dev/mapper/$map"
	udevadm settle
	tool_says ok remember
	tool_says "ok dm-* $map theirs" claim "$first"
	device=$(device_of)
	tool_says ok check "$first"
	queues || fail 'it was changed before it was known to be free'
	tool_says ok fail-fast
	not queues || fail 'it would wait for ever'
	tool_says ok open "$device"
	tool_says ok write
	tool_says ok close
	tool_says ok release "$first"
	dmsetup info "$map" >/dev/null
	# multipathd goes by what it last read of the map, so a restore that follows a
	# disable at once is carried out with the path's next check.
	wait_for queues || fail 'it does not queue any more'
	multipath -f "$map"
	log_out
	down
}

queues() {
	dmsetup table "$map" | grep -q queue_if_no_path
}

# The map by its own name: that it would wait for ever is no reason for us to.
named_by_path() {
	local relvm=$build/relvm
	up
	configured 's/no_path_retry fail/no_path_retry queue/' '^.no_path_retry "queue"'
	log_in
	wait_for test -b "/dev/mapper/$map"
	udevadm settle
	portal_down "${portals[0]}"
	wait_for multipath_has "$map" 1 failed
	for command in inspect 'resign -y'; do
		# shellcheck disable=SC2086 # words
		! "$relvm" $command "/dev/mapper/$map" >/tmp/said 2>&1 || fail "$(cat /tmp/said)"
		grep -q 'no path of this multipath map answers' /tmp/said || fail "$(cat /tmp/said)"
	done
	queues || fail 'it does not queue any more'
	portal_up "${portals[0]}"
	wait_for multipath_has "$map" 1 active
	watch_queueing &
	"$relvm" resign -y "/dev/mapper/$map"
	wait $! || fail 'it would have waited for ever'
	wait_for queues || fail 'it does not queue any more'
	multipath -f "$map"
	log_out
	down
}

# While the map is held.
watch_queueing() {
	wait_for not queues
}

held_at_the_end() {
	local reader
	up
	tool_says ok remember
	log_in
	tool_says "ok dm-* $map ours" claim "$first"
	exec 9<"/dev/$(device_of)"
	pause 0.5 &
	reader=$!
	exec 9<&-
	timed 'release, held for half a second' tool release "$first"
	[ "$tool_answer" = ok ] || fail "$tool_answer"
	wait "$reader"
	no_map "$map"
	log_out
	down
}

run_test 'no multipathd' no_daemon
run_test 'blacklisted' not_taken 's|devnode .*|wwid ".*"|' 'wwid "\.\*"'
run_test 'find_multipaths and one path' not_taken 's|find_multipaths no|find_multipaths strict|' 'find_multipaths "strict"'
run_test 'a map of ours' taken
run_test 'two portals, one fails' one_portal_fails
run_test 'all portals fail' all_portals_fail
run_test 'a map that is in use' there_in_use
run_test 'a map that was there' there_unused
run_test 'named by its path' named_by_path
run_test 'held at the end' held_at_the_end
finish
