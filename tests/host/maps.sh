#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# maps.sh BUILD [PATTERN]: the program where multipathd takes its LUN, and where
# a target has two portals.
# shellcheck disable=SC2317 # run_test calls the functions
set -u

# shellcheck source=guest.sh
. "$(dirname -- "$0")/guest.sh"
# shellcheck source=lib/driver.sh
. "$host_dir/lib/driver.sh"

readonly portals=(192.0.2.1 192.0.2.2)
clone_map=$(tgt_scsiid 0002)

# portals_up: a target of two portals, and multipathd.
portals_up() {
	portal_up "${portals[0]}"
	portal_up "${portals[1]}"
	serve tgt 512 "${portals[@]/%/:3260}"
	multipathd_start
}

portals_down() {
	multipathd_stop
	serve_end tgt
	portal_down "${portals[0]}"
	portal_down "${portals[1]}"
}

# map_gone: nor would multipath take the LUN again.
map_gone() {
	! dmsetup info "$clone_map" >/dev/null 2>&1 || fail "the map is still there"
	! grep -q "^/$clone_map/" /etc/multipath/wwids || fail "the wwid stays in multipath's file"
}

watch_maps() {
	udevadm monitor --kernel --subsystem-match=block --property >/tmp/events &
	monitor=$!
	wait_for grep -q KERNEL /tmp/events
}

watch_maps_end() {
	kill "$monitor"
	wait "$monitor" || :
}

# The clone comes with our session, multipathd takes it, and both go.
map_of_ours() {
	portals_up
	host_state >/tmp/before
	watch_maps
	call tgt target="${portals[0]},${portals[1]}"
	watch_maps_end
	resigned
	grep -q '^DEVPATH=/devices/virtual/block/dm-' /tmp/events || fail "there was no map"
	map_gone
	state_kept /tmp/before
	map_gone
	good_result
	portals_down
}

# The address that is asked first does not answer.
first_portal_fails() {
	portals_up
	portal_down "${portals[0]}"
	ip route add blackhole "${portals[0]}"
	host_state >/tmp/before
	call tgt target="${portals[0]},${portals[1]}"
	resigned
	map_gone
	state_kept /tmp/before
	good_result
	ip route del blackhole "${portals[0]}"
	portal_up "${portals[0]}"
	portals_down
}

log_in_twice() {
	local address
	for address in "${portals[@]}"; do
		iscsi_login "$iqn" "$address" "${iscsi_quick_to_fail[@]}"
	done
	wait_for multipath_has "$clone_map" 2 active
	udevadm settle
}

log_out_twice() {
	local address
	multipath -F
	for address in "${portals[@]}"; do
		iscsi_logout "$iqn" "$address"
	done
}

# The host has the clone over both portals already; one of them fails.
map_of_the_hosts() {
	portals_up
	log_in_twice
	host_state >/tmp/before
	call tgt target="${portals[0]},${portals[1]}"
	resigned
	state_kept /tmp/before
	good_result
	# Again, over what is left.
	portal_down "${portals[0]}"
	call tgt target="${portals[0]},${portals[1]}"
	resigned
	portal_up "${portals[0]}"
	wait_for multipath_has "$clone_map" 2 active
	udevadm settle
	# Which path udev's links by id lead to has changed with the failure.
	cmp <(grep '^\(session\|scsi\|map\|record\|file\)' /tmp/before) \
		<(host_state | grep '^\(session\|scsi\|map\|record\|file\)') || fail "the host has changed"
	log_out_twice
	portals_down
}

# The original, attached through a map of both portals.
original_in_a_map() {
	portals_up
	log_in_twice
	wait_for multipath_has "$(tgt_scsiid 0001)" 2 active
	# The clone in a map of its own is not to be seen.
	vgchange --config "devices { filter = [ \"a|/dev/mapper/$(tgt_scsiid 0001)|\", \"r|.*|\" ] }" -ay "$old_vg" >/dev/null
	udevadm settle
	touch -d 2001-01-01 /tmp/original.img
	host_state >/tmp/before
	call tgt target="${portals[1]}" SCSIid="$(tgt_scsiid 0001)"
	refused 16
	state_kept /tmp/before
	! written /tmp/original.img || fail "the original was written to"
	call tgt target="${portals[1]}"
	resigned
	state_kept /tmp/before
	good_result
	vgchange -an "$old_vg" >/dev/null
	log_out_twice
	portals_down
}

run_test "a map of ours" map_of_ours
run_test "the first portal does not answer" first_portal_fails
run_test "a map of the host's, one portal fails" map_of_the_hosts
run_test "the original attached through a map" original_in_a_map
finish
