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

sr=f454dfa2-2b0c-4fb0-8a14-32fbf4c5b026
vg=VG_XenStorage-$sr
original_id=$(lio_scsiid 0001)
clone_id=$(lio_scsiid 0002)
relvm=$build/relvm
image_unpack "$host_tree/tests/golden/single-vhd.img.zst" /tmp/pristine.img || exit 1
mkdir -p /run/lock/sm/relvmoiscsi

# up PATHS: the original, mapped and attached by PATHS paths.
up() {
	local path
	cp --sparse=always /tmp/pristine.img /tmp/original.img
	cp --sparse=always /tmp/pristine.img /tmp/clone.img
	tcm_loop_start
	lio_backstore original /tmp/original.img 512 0001
	lio_backstore clone /tmp/clone.img 512 0002
	for ((path = 1; path <= $1; path++)); do
		tcm_loop_target "$path"
		tcm_loop_map "$path" 0 original
	done
	wait_for tcm_loop_has "$original_id" "$1"
	udevadm settle
}

down() {
	tcm_loop_stop
	lio_stop
	rm -f /tmp/original.img /tmp/clone.img /tmp/said
}

# map_clone PATHS: the array maps the clone.
map_clone() {
	local path
	for ((path = 1; path <= $1; path++)); do
		tcm_loop_map "$path" 1 clone
	done
	wait_for tcm_loop_has "$clone_id" "$1"
	udevadm settle
}

# on DEVICE COMMAND...: LVM that sees one device only.
on() {
	local device=$1
	shift
	"$@" --config "devices { filter = [ \"a|^$device\$|\", \"r|.*|\" ] }" >/dev/null
}

# attach DEVICE: the original's SR, with a volume under I/O.
attach() {
	LVM_SYSTEM_DIR=/etc/lvm/master on "$1" lvcreate -q -Wn -Zn -l 4 -n steady "$vg"
	on "$1" vgchange -ay "$vg"
	"$build/tests/support/steady_io" "/dev/$vg/steady" >/tmp/io.out 2>/tmp/io.err &
	io_pid=$!
	wait_for kill -0 "$io_pid"
}

detach() {
	kill -TERM "$io_pid"
	wait "$io_pid" || fail "the original's I/O: $(cat /tmp/io.err)"
	echo "time: original: $(cat /tmp/io.out)"
	on "$1" vgchange -an "$vg"
}

# says STATUS TEXT COMMAND...: relvm's exit status, and what it says.
says() {
	local want=$1 text=$2 status=0
	shift 2
	"$relvm" "$@" >/tmp/said 2>&1 </dev/null || status=$?
	[ "$status" = "$want" ] || fail "exit $status: $(cat /tmp/said)"
	grep -q -F -- "$text" /tmp/said || fail "not '$text': $(cat /tmp/said)"
}

# lvm_sees_both ORIGINAL CLONE SR: with all disks before it, and nothing to say.
lvm_sees_both() {
	vgs --noheadings -o vg_name,pv_name 2>/tmp/vgs.err | awk '{ print $1, $2 }' >/tmp/vgs
	rm -f /run/lvm/hints /run/lvm/newhints
	[ ! -s /tmp/vgs.err ] || fail "LVM says: $(cat /tmp/vgs.err)"
	grep -qx "$vg $1" /tmp/vgs || fail "$1 is not the original: $(cat /tmp/vgs)"
	grep -qx "VG_XenStorage-$3 $2" /tmp/vgs || fail "$2 is not the clone: $(cat /tmp/vgs)"
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
	cmp /tmp/pristine.img /tmp/clone.img || fail "the clone was written to"
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
