#!/bin/bash
# Shows that a LUN which this host uses is refused, however it is used, and that
# one which is merely there is not. Runs in the test host:
#   boot.sh in_use.sh [PATTERN]
# PATTERN chooses tests by name.
# shellcheck disable=SC2317 # run_test calls the functions
set -u

# shellcheck source=lib.sh
. "${HOST_LIB:-"$(dirname -- "$0")/lib.sh"}"
# shellcheck source=lib/host_tool.sh
. "$host_dir/lib/host_tool.sh"

# shellcheck disable=SC2034 # read by run_test
tests_only=${1:-*}
iqn=iqn.2014-01.test.relvmoiscsi:in-use
vg=VG_XenStorage-f454dfa2-2b0c-4fb0-8a14-32fbf4c5b026
image_unpack "$host_tree/tests/golden/single-vhd.img.zst" /tmp/original.img || exit 1
original='' clone='' empty=''

# up [multipath]: the original, its clone and an empty LUN, all logged in.
up() {
    cp --sparse=always /tmp/original.img /tmp/clone.img
    image_empty /tmp/empty.img 64M
    # On all addresses.
    tgt_start 0.0.0.0:3260
    tgt_target 1 "$iqn"
    tgt_lun 1 1 /tmp/original.img 512 0a
    tgt_lun 1 2 /tmp/clone.img 512 0b
    tgt_lun 1 3 /tmp/empty.img 512 0c
    iscsid_start
    [ "${1:-}" != multipath ] || multipathd_start
    iscsi_login "$iqn" 127.0.0.1
    original=$(iscsi_disk "$iqn" 1)
    clone=$(iscsi_disk "$iqn" 2)
    empty=$(iscsi_disk "$iqn" 3)
    tool_start
}

down() {
    tool_stop
    multipathd_stop
    iscsi_logout "$iqn" 127.0.0.1
    iscsid_stop
    tgt_stop
    rm -f /tmp/clone.img /tmp/empty.img
}

# lvm_on DEVICE COMMAND...: LVM that sees one device only.
lvm_on() {
    local device=$1
    shift
    "$@" --config "devices { filter = [ \"a|^$device\$|\", \"r|.*|\" ] }" >/dev/null
}

merely_there() {
    up
    for _ in 1 2 3; do
        timed 'one check' tool check "$clone"
        [ "$tool_answer" = ok ] || fail "$tool_answer"
    done
    tool_says ok check "$original"
    tool_says 'NO_DEVICE: *' check sdzz
    down
}

# The clone beside its original is the normal case.
original_attached() {
    up
    lvm_on "/dev/$original" vgchange -ay "$vg"
    tool_says "IN_USE: *logical volume $vg/*" check "$original"
    tool_says ok check "$clone"
    lvm_on "/dev/$original" vgchange -an "$vg"
    tool_says ok check "$original"
    down
}

# As the storage manager has it while a VM runs: one volume, open.
one_volume_open() {
    up
    lvm_on "/dev/$original" lvchange -ay "$vg/MGT"
    exec 9<"/dev/$vg/MGT"
    tool_says "IN_USE: *logical volume $vg/MGT *" check "$original"
    exec 9<&-
    lvm_on "/dev/$original" vgchange -an "$vg"
    down
}

held_open() {
    up
    exec 9<"/dev/$original"
    tool_says "IN_USE: *process $BASHPID (*) has it open*" check "$original"
    exec 9<&- 9<>"/dev/$original"
    tool_says "IN_USE: *process $BASHPID *" check "$original"
    exec 9<&-
    tool_says ok check "$original"
    down
}

# Programs that look at a new device and let go of it.
held_for_a_moment() {
    local reader
    up
    exec 9<"/dev/$original"
    { read -r -t 0.4 <> <(:) || :; } &
    reader=$!
    exec 9<&-
    tool_says ok check "$original"
    wait "$reader"
    down
}

mounted() {
    up
    mkfs.ext4 -q "/dev/$empty"
    mkdir -p /tmp/mnt
    mount "/dev/$empty" /tmp/mnt
    tool_says 'IN_USE: *mounted or otherwise claimed*' check "$empty"
    umount /tmp/mnt
    tool_says ok check "$empty"
    down
}

swapped_to() {
    up
    mkswap "/dev/$empty" >/dev/null 2>&1
    swapon "/dev/$empty"
    tool_says 'IN_USE: *mounted or otherwise claimed*' check "$empty"
    swapoff "/dev/$empty"
    tool_says ok check "$empty"
    down
}

mapped() {
    up
    dmsetup create mine --table "0 8 linear /dev/$empty 0"
    tool_says 'IN_USE: *device-mapper device mine *' check "$empty"
    dmsetup remove mine
    down
}

partition_mapped() {
    up
    # A table with one entry: from sector 2048, 4096 of them.
    printf '\0\0\0\0\x83\0\0\0\0\x08\0\0\0\x10\0\0' | dd "of=/dev/$empty" bs=1 seek=446 conv=notrunc status=none
    printf '\x55\xaa' | dd "of=/dev/$empty" bs=1 seek=510 conv=notrunc status=none
    blockdev --rereadpt "/dev/$empty"
    wait_for 5 test -b "/dev/${empty}1"
    tool_says ok check "$empty"
    dmsetup create mine --table "0 8 linear /dev/${empty}1 0"
    tool_says 'IN_USE: *device-mapper device mine *' check "$empty"
    dmsetup remove mine
    down
}

# While we have it open nobody else can claim it, and our own opening is no use.
open_by_us() {
    up
    tool_says ok open "$clone"
    tool_says ok check "$clone"
    ! lvm_on "/dev/$clone" vgchange -ay "$vg" 2>/dev/null || fail "a VG that we hold was activated"
    exec 9<"/dev/$clone"
    tool_says 'IN_USE: *' check "$clone"
    exec 9<&-
    tool_says ok check "$clone"
    tool_says ok close
    down
}

# The original, attached through one session, and we come through another.
by_another_path() {
    local other
    portal_up 192.0.2.1
    up
    iscsi_login "$iqn" 192.0.2.1
    other=$(iscsi_disk "$iqn" 1 192.0.2.1)
    lvm_on "/dev/$original" vgchange -ay "$vg"
    tool_says ok check "$other"
    tool_says "IN_USE: $original *logical volume $vg/*" guard "$other" "$(tgt_scsiid 0a)"
    tool_says ok guard "$clone" "$(tgt_scsiid 0b)"
    lvm_on "/dev/$original" vgchange -an "$vg"
    tool_says ok guard "$other" "$(tgt_scsiid 0a)"
    iscsi_logout "$iqn" 192.0.2.1
    down
    portal_down 192.0.2.1
}

# The paths of a map: what the map is used for counts.
through_a_map() {
    local map
    up multipath
    map=/dev/mapper/$(tgt_scsiid 0a)
    wait_for 10 test -b "$map"
    udevadm settle
    tool_says ok check "$original"
    lvm_on "$map" vgchange -ay "$vg"
    tool_says "IN_USE: *logical volume $vg/*" check "$original"
    tool_says ok check "$clone"
    lvm_on "$map" vgchange -an "$vg"
    tool_says ok check "$original"
    exec 9<"$map"
    tool_says "IN_USE: *process $BASHPID *" check "$original"
    exec 9<&-
    tool_says ok check "$original"
    down
}

run_test 'merely there' merely_there
run_test 'original attached, clone beside it' original_attached
run_test 'one volume open' one_volume_open
run_test 'only held open' held_open
run_test 'held for a moment' held_for_a_moment
run_test 'mounted' mounted
run_test 'swapped to' swapped_to
run_test 'mapped' mapped
run_test 'partition mapped' partition_mapped
run_test 'open by us' open_by_us
run_test 'by another path' by_another_path
run_test 'through a map' through_a_map
finish
