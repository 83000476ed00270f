#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# lvm_judge.sh BUILD [PATTERN]: shows that LVM's own word on a result is asked and
# heeded: it accepts a LUN that was resigned, beside its original, and nothing
# else.
# shellcheck disable=SC2317 # run_test calls the functions
set -u

# shellcheck source=guest.sh
. "$(dirname -- "$0")/guest.sh"
# shellcheck source=lib/host_tool.sh
. "$host_dir/lib/host_tool.sh"

resign_file=$build/tests/support/resign_file
iqn=iqn.2014-01.test.relvmoiscsi:judge
original='' clone=''
iscsid_stay

# up GOLDEN: the original and its resigned clone. What LVM is to see of the clone
# goes to /tmp/want.
up() {
	[ -e "/tmp/$1.img" ] || image_unpack "$host_tree/tests/golden/$1.img.zst" "/tmp/$1.img"
	cp --sparse=always "/tmp/$1.img" /tmp/original.img
	cp --sparse=always /tmp/original.img /tmp/clone.img
	"$resign_file" /tmp/clone.img "$(cat /proc/sys/kernel/random/uuid)"
	tgt_start 127.0.0.1:3260
	tgt_target 1 "$iqn"
	tgt_lun 1 1 /tmp/original.img 512 0a
	tgt_lun 1 2 /tmp/clone.img 512 0b
	iscsi_login "$iqn" 127.0.0.1
	original=$(iscsi_disk "$iqn" 1)
	clone=$(iscsi_disk "$iqn" 2)
	want "/dev/$clone"
	tool_start
}

down() {
	tool_stop
	iscsi_logout "$iqn" 127.0.0.1
	tgt_stop
	rm -f /tmp/original.img /tmp/clone.img /tmp/want
}

# want DEVICE: by other commands than the program's.
want() {
	local name
	name=$(pvs --noheadings -o vg_name "$1")
	pvs --noheadings -o pv_uuid,vg_uuid,vg_name "$1" >/tmp/want
	lvs --noheadings -o lv_uuid,lv_name "${name##* }" >>/tmp/want
}

accepted() {
	up "$1"
	timed 'the judge' tool judge "$clone" /tmp/want
	[ "$tool_answer" = ok ] || fail "$tool_answer"
	# Also while the program has the device for itself.
	tool_says ok open "$clone"
	tool_says ok judge "$clone" /tmp/want
	tool_says ok close
	# It keeps to the device it was told.
	tool_says 'INTERNAL: LVM does not accept *"VG_XenStorage-*" not found*' judge "$original" /tmp/want
	down
}

# Lines of the expectation, changed: another result than the plan's is refused.
other_ids() {
	local id=000000-0000-0000-0000-0000-0000-000000 name
	up snapshots
	cp /tmp/want /tmp/right
	name=$(awk 'NR == 3 { print $2 }' /tmp/right)

	awk -v id="$id" 'NR == 1 { $1 = id } { print }' /tmp/right >/tmp/want
	tool_says "INTERNAL: LVM sees the PV id *planned was \"$id\"" judge "$clone" /tmp/want
	awk -v id="$id" 'NR == 1 { $2 = id } { print }' /tmp/right >/tmp/want
	tool_says "INTERNAL: LVM sees the VG id *planned was \"$id\"" judge "$clone" /tmp/want
	awk -v id="$id" 'NR == 3 { $1 = id } { print }' /tmp/right >/tmp/want
	tool_says "INTERNAL: LVM sees the id * for the logical volume $name, planned was $id" judge "$clone" /tmp/want
	sed 3d /tmp/right >/tmp/want
	tool_says "INTERNAL: LVM sees a logical volume $name, which was not planned" judge "$clone" /tmp/want
	{ cat /tmp/right; echo "$id VHD-none"; } >/tmp/want
	tool_says 'INTERNAL: LVM does not see the logical volume VHD-none on the LUN' judge "$clone" /tmp/want
	rm /tmp/right
	down
}

# damaged OFFSET: bytes of the metadata that LVM cannot be content with. "text" is
# within the VG's text in use.
damaged() {
	local at=$1
	up single-vhd
	[ "$at" != text ] || at=$(($(text_at "/dev/$clone") + 300))
	printf 'nonsense' | dd "of=/dev/$clone" bs=1 seek="$at" conv=notrunc,fsync status=none
	tool judge "$clone" /tmp/want
	case $tool_answer in
	'INTERNAL: LVM '*) echo "time: LVM's word: ${tool_answer#INTERNAL: }" ;;
	*) fail "damage at byte $at: $tool_answer" ;;
	esac
	down
}

# text_at DEVICE: where the VG's text in use begins: by the first raw_locn of the
# metadata area, which begins at byte 4096.
text_at() {
	local offset
	offset=$(od -A n -t u8 -j $((4096 + 40)) -N 8 "$1")
	echo $((4096 + offset))
}

run_test 'accepts a resigned SR' accepted single-vhd
run_test 'accepts a resigned SR with snapshots' accepted snapshots
run_test 'accepts a resigned SR in pieces' accepted fragmented
run_test 'refuses other identifiers' other_ids
run_test 'refuses a damaged label' damaged 544
run_test 'refuses a damaged mda_header' damaged 4100
run_test 'refuses a damaged text' damaged text
finish
