#!/bin/bash
# Shows that the test host has what the tests of the open-iscsi path build on:
# real targets, initiator, udev, LVM and multipath, working together on a LUN of
# a real SR. Runs in the test host:
#   boot.sh smoke.sh [IMAGE.zst [PATTERN]]
# IMAGE is the golden image single-vhd; PATTERN chooses tests by name ("lio*").
# shellcheck disable=SC2317 # run_test calls the functions
set -u

# shellcheck source=lib.sh
. "${HOST_LIB:-"$(dirname -- "$0")/lib.sh"}"

packed=${1:-"$host_tree/tests/golden/single-vhd.img.zst"}
tests_only=${2:-*}
[ -r "$packed" ] || { echo "smoke.sh: no image $packed" >&2; exit 2; }

iqn=iqn.2014-01.test.relvmoiscsi:smoke
vg=VG_XenStorage-f454dfa2-2b0c-4fb0-8a14-32fbf4c5b026
mgt=/dev/$vg/MGT
serial=5e1f
image=/tmp/golden.img
image_unpack "$packed" "$image" || exit 1

# serve KIND BLOCK_SIZE PORTAL...: the golden image as LUN 1, an empty LUN 2.
serve() {
    local kind=$1 block=$2
    shift 2
    image_empty /tmp/other.img 64M
    case $kind in
    tgt)
        tgt_start "$@"
        tgt_target 1 "$iqn"
        tgt_lun 1 1 "$image" "$block" "$serial"
        tgt_lun 1 2 /tmp/other.img "$block" 07e2
        ;;
    lio)
        lio_start
        lio_target "$iqn" "$@"
        lio_backstore golden "$image" "$block" "$serial"
        lio_backstore other /tmp/other.img "$block" 07e2
        lio_lun "$iqn" 1 golden
        lio_lun "$iqn" 2 other
        ;;
    esac
}

# serve_chap KIND USER PASSWORD [MUTUAL_USER MUTUAL_PASSWORD]
serve_chap() {
    local kind=$1
    shift
    case $kind in
    tgt) tgt_chap 1 "$@" ;;
    lio) lio_chap "$iqn" "$@" ;;
    esac
}

serve_end() {
    "$1_stop"
    rm -f /tmp/other.img
}

# uses_vg PV: the VG is there, on this device; it activates, its MGT volume reads
# through the nodes that udev made, and it goes again.
uses_vg() {
    local seen
    read -r -a seen < <(vgs --noheadings -o vg_name,pv_name)
    [ "${seen[*]}" = "$vg $1" ] || fail "vgs says '${seen[*]}'"
    timed vgchange vgchange -ay "$vg"
    [ -L "$mgt" ] || fail "udev made no $mgt"
    [ "$(head -c 4 "$mgt")" = XSSM ] || fail "MGT does not read"
    vgchange -an "$vg" >/dev/null
    [ ! -e "$mgt" ] || fail "$mgt is still there"
}

whole_way() {
    local disk
    serve "$1" 512 127.0.0.1:3260
    iscsid_start
    timed 'record and login' iscsi_login "$iqn" 127.0.0.1
    disk=$(iscsi_disk "$iqn" 1)
    [ "$(scsiid "$disk")" = "$("$1_scsiid" "$serial")" ] || fail "SCSIid $(scsiid "$disk")"
    [ "$(realpath "/dev/disk/by-path/ip-127.0.0.1:3260-iscsi-$iqn-lun-1")" = "/dev/$disk" ] ||
        fail "udev made no node by path"
    timed 'one LVM command' pvs "/dev/$disk"
    uses_vg "/dev/$disk"
    timed logout iscsi_logout "$iqn" 127.0.0.1
    iscsid_stop
    serve_end "$1"
}

discovery() {
    serve "$1" 512 127.0.0.1:3260
    iscsid_start
    [ "$(iscsiadm -m discovery -t sendtargets -p 127.0.0.1)" = "127.0.0.1:3260,1 $iqn" ] ||
        fail "discovery found something else"
    iscsiadm -m discoverydb -t sendtargets -p 127.0.0.1 -o delete
    iscsid_stop
    serve_end "$1"
}

# Only the wanted LUN becomes a device.
manual_scan() {
    serve "$1" 512 127.0.0.1:3260
    iscsid_start
    iscsi_login "$iqn" 127.0.0.1 node.session.scan=manual
    [ -z "$(ls /sys/class/scsi_device)" ] || fail "login brought a device"
    timed 'scan of one LUN' iscsi_scan "$iqn" 1
    [ "$(ls /sys/class/scsi_device)" = "0:0:0:1" ] || fail "there is $(ls /sys/class/scsi_device)"
    uses_vg "/dev/$(iscsi_disk "$iqn" 1)"
    iscsi_logout "$iqn" 127.0.0.1
    iscsid_stop
    serve_end "$1"
}

blocks_4096() {
    local disk
    serve "$1" 4096 127.0.0.1:3260
    iscsid_start
    iscsi_login "$iqn" 127.0.0.1
    disk=$(iscsi_disk "$iqn" 1)
    [ "$(blockdev --getss "/dev/$disk")" = 4096 ] || fail "block size $(blockdev --getss "/dev/$disk")"
    dd if="/dev/$disk" of=/dev/null bs=4096 count=1 iflag=direct status=none
    ! dd if="/dev/$disk" of=/dev/null bs=512 count=1 iflag=direct status=none 2>/dev/null ||
        fail "a read of 512 bytes was taken"
    uses_vg "/dev/$disk"
    iscsi_logout "$iqn" 127.0.0.1
    iscsid_stop
    serve_end "$1"
}

ipv6() {
    serve "$1" 512 '[::1]:3260'
    iscsid_start
    iscsi_login "$iqn" '[::1]'
    uses_vg "/dev/$(iscsi_disk "$iqn" 1)"
    iscsi_logout "$iqn" '[::1]'
    iscsid_stop
    serve_end "$1"
}

# refused SETTING...: these settings do not log in.
refused() {
    iscsi_record "$iqn" 127.0.0.1 "$@" node.session.initial_login_retry_max=1
    ! iscsiadm -m node -T "$iqn" -p 127.0.0.1 --login >/dev/null 2>&1 || fail "logged in with: $*"
    iscsiadm -m node -T "$iqn" -p 127.0.0.1 -o delete
}

# chap KIND [MUTUAL_USER MUTUAL_PASSWORD]
chap() {
    local kind=$1 right wrong
    shift
    serve "$kind" 512 127.0.0.1:3260
    serve_chap "$kind" user secretsecret12 "$@"
    iscsid_start
    mapfile -t right < <(iscsi_chap user secretsecret12 "$@")
    mapfile -t wrong < <(iscsi_chap user anotherone1234 "$@")
    refused
    refused "${wrong[@]}"
    if [ $# -gt 0 ]; then
        mapfile -t wrong < <(iscsi_chap user secretsecret12 "$1" nottherightone)
        refused "${wrong[@]}"
    fi
    iscsi_login "$iqn" 127.0.0.1 "${right[@]}"
    iscsi_disk "$iqn" 1 >/dev/null
    iscsi_logout "$iqn" 127.0.0.1
    iscsid_stop
    serve_end "$kind"
}

# Two paths; one fails as a cable does: reads go on, and it comes back.
two_paths() {
    local map address
    map=$("$1_scsiid" "$serial")
    portal_up 192.0.2.1
    portal_up 192.0.2.2
    serve "$1" 512 192.0.2.1:3260 192.0.2.2:3260
    iscsid_start
    multipathd_start
    for address in 192.0.2.1 192.0.2.2; do
        iscsi_login "$iqn" "$address" "${iscsi_quick_to_fail[@]}"
    done
    wait_for 15 multipath_has "$map" 2 active
    udevadm settle --timeout 10
    uses_vg "/dev/mapper/$map"

    portal_down 192.0.2.1
    timed 'read while a path fails' dd "if=/dev/mapper/$map" of=/dev/null bs=1M count=1 iflag=direct status=none
    wait_for 15 multipath_has "$map" 1 failed
    dd "if=/dev/mapper/$map" of=/dev/null bs=1M count=4 iflag=direct status=none
    portal_up 192.0.2.1
    timed 'path is back' wait_for 30 multipath_has "$map" 2 active

    multipath -f "$map"
    for address in 192.0.2.1 192.0.2.2; do
        iscsi_logout "$iqn" "$address"
    done
    multipathd_stop
    iscsid_stop
    serve_end "$1"
    portal_down 192.0.2.1
    portal_down 192.0.2.2
}

# The check behind all others must itself be able to fail.
leftovers_are_seen() {
    local before
    before=$(mktemp)
    serve tgt 512 127.0.0.1:3260
    iscsid_start
    host_state >"$before"
    state_kept "$before"
    iscsi_login "$iqn" 127.0.0.1
    if STATE_PATIENCE=1 state_kept "$before" 2>/dev/null; then fail "a session was not seen"; fi
    iscsi_logout "$iqn" 127.0.0.1
    state_kept "$before"
    rm "$before"
    iscsid_stop
    serve_end tgt
}

for kind in tgt lio; do
    run_test "$kind: login, VG, logout" whole_way "$kind"
    run_test "$kind: discovery" discovery "$kind"
    run_test "$kind: manual scan of one LUN" manual_scan "$kind"
    run_test "$kind: blocks of 4096 bytes" blocks_4096 "$kind"
    run_test "$kind: IPv6" ipv6 "$kind"
    run_test "$kind: CHAP" chap "$kind"
    run_test "$kind: CHAP, mutual" chap "$kind" target othersecret34
    run_test "$kind: two paths, one fails" two_paths "$kind"
done
run_test "leftovers are seen" leftovers_are_seen
finish
