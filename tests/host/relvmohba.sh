#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# relvmohba.sh BUILD [PATTERN]: `xe sr-create type=relvmohba`, through the
# stand-in for xapi: a clone beside its original, which is attached and under I/O,
# by one path and by two; what is refused; the list that there is to choose from,
# against SM's own (hba_devlist.xml).
# shellcheck disable=SC2317 # run_test calls the functions
set -u

# shellcheck disable=SC2034 # for guest.sh
guest_limit=1800
# shellcheck source=guest.sh
. "$(dirname -- "$0")/guest.sh"
# shellcheck source=lib/hba.sh
. "$host_dir/lib/hba.sh"
# shellcheck source=../support/xapi.sh
. "$host_tree/tests/support/xapi.sh"
# shellcheck source=../xapi/lib.sh
. "$host_tree/tests/xapi/lib.sh"

# shellcheck disable=SC2034 # for the stand-in's library
{
	BUILD=$build
	PROGRAM=$build/RELVMoISCSISR
	TOOLS=$build/tests/support
	WORK=/tmp/xapi
	CONF=$WORK/conf
}
mkdir -p "$WORK"
echo "inventory = $WORK/inventory.xs1" >"$CONF"
standin_begin xs1 || exit 1
echo "inventory = $WORK/inventory.xs1" >>"$CONF"
standin_hosts

success="Error parameters: , Error reporting error, unknown key The SR has been successfully resigned. Use the lvmohba type to attach it"

# create [KEY=VALUE]...: with this device_config; what xe says is in /tmp/said
create() {
	xe sr-create name-label=clone type=relvmohba shared=true "${@/#/device-config:}" && fail 'xe sr-create made an SR'
	cp "$WORK/xe.err" /tmp/said
	[ "$(records sr-list type=relvmohba)" = 0 ] || fail 'an SR stays on record'
}

said() {
	grep -q -e "$1" /tmp/said || fail "not '$1': $(cat /tmp/said)"
}

resigned() {
	said "^$success, $"
}

# refused [PATTERN]: as in use; xapi drops the text, the log has it.
refused() {
	said 'a device underlying the SR is in use'
	[ -z "${1:-}" ] || tail -n 1 "$STANDIN_LOG" | grep -q -e "$1" ||
		fail "not '$1': $(tail -n 1 "$STANDIN_LOG")"
}

untouched() {
	cmp /tmp/pristine.img /tmp/clone.img || fail 'the clone was written to'
}

# The SR on a device.
sr_on() {
	dd if="$1" bs=1M count=1 iflag=direct status=none | grep -ao 'VG_XenStorage-[0-9a-f-]* {' | tail -n 1 |
		sed 's/VG_XenStorage-//; s/ {//'
}

# Two LUNs' maps and links, without what tells of their content: LVM's links.
names_there() {
	find /dev/mapper /dev/disk -mindepth 1 \( ! -type d ! -lname '*/loop*' ! -name '*lvm-pv*' \) -printf '%p %l\n' | sort
}

# one_path BLOCK
one_path() {
	local original clone
	up 1 "$1"
	original=/dev/$(tcm_loop_disks "$original_id")
	attach "$original"
	map_clone 1
	clone=/dev/$(tcm_loop_disks "$clone_id")
	names_there >/tmp/names
	create SCSIid="$original_id"
	refused "is in use on this host: .*logical volume"
	create SCSIid="$clone_id"
	resigned
	lvm_sees_both "$original" "$clone" "$(sr_on "$clone")"
	udevadm settle
	names_there | diff /tmp/names - || fail "names have changed"
	detach "$original"
	down
}

two_paths() {
	local original=/dev/mapper/$original_id clone=/dev/mapper/$clone_id
	multipathd_start
	up 2
	wait_for multipath_has "$original_id" 2 active
	attach "$original"
	map_clone 2
	wait_for multipath_has "$clone_id" 2 active
	udevadm settle
	names_there >/tmp/names
	create SCSIid="$original_id"
	refused 'is in use on this host'
	create SCSIid="$clone_id"
	resigned
	multipath_has "$clone_id" 2 active || fail "the map has lost a path"
	lvm_sees_both "$original" "$clone" "$(sr_on "$clone")"
	udevadm settle
	names_there | diff /tmp/names - || fail "names have changed"
	detach "$original"
	udevadm settle
	multipathd_stop
	down
}

# Two paths, and nobody makes a map of them.
two_paths_no_map() {
	local clone
	up 2
	map_clone 2
	for clone in $(tcm_loop_disks "$clone_id"); do
		exec 9<"/dev/$clone"
		create SCSIid="$clone_id"
		refused "process $BASHPID .* has it open"
		exec 9<&-
	done
	untouched
	create SCSIid="$clone_id"
	resigned
	for clone in $(tcm_loop_disks "$clone_id"); do
		[ "$(sr_on "/dev/$clone")" != "$sr" ] || fail "by $clone it is the old SR"
	done
	down
}

# map TARGET LUN BACKSTORE: one after the other, so that the disks' names are known.
map() {
	local disks=(/sys/block/sd*)
	tcm_loop_map "$@"
	[ -e "${disks[0]}" ] || disks=()
	wait_for disks_are $((${#disks[@]} + 1))
}

disks_are() {
	local disks=(/sys/block/sd*)
	[ ${#disks[@]} = "$1" ] && [ -e "${disks[0]}" ]
}

# record SCSIID: an SR of the pool, on no host.
record() {
	xe sr-introduce uuid="$sr" type=lvmohba name-label=original shared=true content-type=user
	xe pbd-create sr-uuid="$sr" host-uuid="$(xe host-list params=uuid --minimal; cat "$WORK/xe.out")" \
		device-config:SCSIid="$1"
}

unrecord() {
	xe sr-forget uuid="$sr"
}

# What SM's devscan.py (xapi-project/sm 471cf7e) printed in this guest for these
# LUNs, of which one is the root disk and one on record, is in hba_devlist.xml.
devlist() {
	local name number=0
	tcm_loop_start
	for name in a:abcd1:512 b:abcd2:4096 root:beef:512 c:cafe:512 recorded:5e:512; do
		image_empty "/tmp/${name%%:*}.img" 64M
		lio_backstore "${name%%:*}" "/tmp/${name%%:*}.img" "${name##*:}" "$(cut -d: -f2 <<<"$name")"
	done
	for number in 1 2 3; do
		tcm_loop_target "$number"
		map "$number" 0 a
		map "$number" 3 b
	done
	map 2 7 root
	map 1 300 c
	map 3 5 recorded
	udevadm settle
	echo "PRIMARY_DISK='/dev/$(tcm_loop_disks "$(lio_scsiid beef)")'" >>"$WORK/inventory.xs1"
	record "$(lio_scsiid 5e)"
	for name in sr-probe 'sr-create name-label=x'; do
		# shellcheck disable=SC2086 # words
		! xe $name type=relvmohba || fail "xe $name: no error"
		grep -q 'SR_BACKEND_FAILURE_107' "$WORK/xe.err" || fail "$(cat "$WORK/xe.err")"
		diff <(sed -n '/<?xml/,$p' "$WORK/xe.err" | tr -d ' \t\n' | sed 's/^.*<?xml/<?xml/; s/,$//') \
			<(tr -d ' \t\n' <"$host_dir/hba_devlist.xml") || fail "xe $name: another list"
	done
	unrecord
	sed -i /PRIMARY_DISK/d "$WORK/inventory.xs1"
	down
	rm -f /tmp/{a,b,root,c,recorded}.img
}

run_test 'the list that SM would print' devlist
run_test 'one path' one_path 512
run_test 'one path, blocks of 4096 bytes' one_path 4096
run_test 'two paths in a map' two_paths
run_test 'two paths without a map' two_paths_no_map
finish
