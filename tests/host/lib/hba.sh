# SPDX-License-Identifier: LGPL-2.1-only
#
# A clone beside its original, both LUNs by HBA; the original is attached and under
# I/O. For suites that begin with guest.sh.
# shellcheck shell=bash disable=SC2154 # $build: guest.sh

sr=f454dfa2-2b0c-4fb0-8a14-32fbf4c5b026
vg=VG_XenStorage-$sr
original_id=$(lio_scsiid 0001)
clone_id=$(lio_scsiid 0002)
image_unpack "$host_tree/tests/golden/single-vhd.img.zst" /tmp/pristine.img || exit 1
mkdir -p /run/lock/sm/relvmoiscsi

# up PATHS [BLOCK_SIZE]: the original, mapped by PATHS paths.
up() {
	local path
	cp --sparse=always /tmp/pristine.img /tmp/original.img
	cp --sparse=always /tmp/pristine.img /tmp/clone.img
	tcm_loop_start
	lio_backstore original /tmp/original.img "${2:-512}" 0001
	lio_backstore clone /tmp/clone.img "${2:-512}" 0002
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

# lvm_sees_both ORIGINAL CLONE SR: with all disks before it, and nothing to say.
lvm_sees_both() {
	vgs --noheadings -o vg_name,pv_name 2>/tmp/vgs.err | awk '{ print $1, $2 }' >/tmp/vgs
	rm -f /run/lvm/hints /run/lvm/newhints
	[ ! -s /tmp/vgs.err ] || fail "LVM says: $(cat /tmp/vgs.err)"
	grep -qx "$vg $1" /tmp/vgs || fail "$1 is not the original: $(cat /tmp/vgs)"
	grep -qx "VG_XenStorage-$3 $2" /tmp/vgs || fail "$2 is not the clone: $(cat /tmp/vgs)"
}
