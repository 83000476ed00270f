#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# hba.sh BUILD [PATTERN]: LUNs that are disks of the host from the moment that the
# array maps them, as by Fibre Channel: `relvm resign` of a clone beside its
# original, which is attached and under I/O; by a disk, and by a map of two paths.
# shellcheck disable=SC2317 # run_test calls the functions
set -u

# shellcheck source=guest.sh
. "$(dirname -- "$0")/guest.sh"

# shellcheck source=lib/hba.sh
. "$host_dir/lib/hba.sh"

relvm=$build/relvm

# says STATUS TEXT COMMAND...: relvm's exit status, and what it says.
says() {
	local want=$1 text=$2 status=0
	shift 2
	"$relvm" "$@" >/tmp/said 2>&1 </dev/null || status=$?
	[ "$status" = "$want" ] || fail "exit $status: $(cat /tmp/said)"
	grep -q -F -- "$text" /tmp/said || fail "not '$text': $(cat /tmp/said)"
}

new_sr() {
	sed -n 's/^.*resigned, SR .* -> \([^,]*\),.*$/\1/p' /tmp/said
}

# The clone as one disk, hot mapped.
by_disk() {
	local original clone
	up 1
	original=/dev/$(tcm_loop_disks "$original_id")
	attach "$original"
	map_clone 1
	clone=/dev/$(tcm_loop_disks "$clone_id")
	says 1 'in use' resign -y "$original"
	says 0 'resigned, SR' resign -y "$clone"
	lvm_sees_both "$original" "$clone" "$(new_sr)"
	detach "$original"
	down
}

# The clone as a map of two paths: by the map, never by a path of it.
by_map() {
	local original=/dev/mapper/$original_id clone=/dev/mapper/$clone_id
	multipathd_start
	up 2
	wait_for multipath_has "$original_id" 2 active
	attach "$original"
	map_clone 2
	wait_for multipath_has "$clone_id" 2 active
	udevadm settle
	says 1 'in use' resign -y "$original"
	says 1 'in use' resign -y "/dev/$(tcm_loop_disks "$clone_id" | head -n 1)"
	same_images /tmp/pristine.img /tmp/clone.img || fail "the clone was written to"
	says 0 'resigned, SR' resign -y "$clone"
	multipath_has "$clone_id" 2 active || fail "the map has lost a path"
	lvm_sees_both "$original" "$clone" "$(new_sr)"
	detach "$original"
	udevadm settle
	multipathd_stop
	down
}

run_test "a clone that is a disk, its original attached" by_disk
run_test "a clone that is a map of two paths, its original attached" by_map
finish
