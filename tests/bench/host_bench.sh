#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# host_bench.sh BUILD [RUNS]: what a resign costs through the host's own
# initiator, in a test host (tests/host/boot.sh): the driver's wall time beside
# the same steps done by hand, in turns in the same guest, and their ratio.
# By hand are: iscsiadm's record and login, vgimportclone, vgcfgbackup, an edit,
# vgcfgrestore, vgck, logout, record deleted. That is less than the driver does:
# nobody's VHD headers or MGT are changed, and nothing is journalled.
# Measures only; nothing passes or fails. Needs root.
# shellcheck disable=SC2317 # timed and wait_for call the functions
set -u

here=$(dirname -- "$(realpath -- "$0")")
if [ -z "${HOST_LIB:-}" ]; then
    build=$(realpath -- "${1:?usage: host_bench.sh BUILD [RUNS]}") || exit 2
    exec "$here/../host/boot.sh" --time-limit 300 --show "$build" "$here/host_bench.sh" "$build" "${@:2}"
fi

# --- in the test host ---------------------------------------------------------

# shellcheck source=../host/lib.sh
. "$HOST_LIB"
# shellcheck source=../support/xapi.sh
. "$host_tree/tests/support/xapi.sh"

build=$1
runs=${2:-5}
iqn=iqn.2014-01.test.relvmoiscsi:bench
pristine=/tmp/pristine.img

give_up() {
    echo "host_bench.sh: $*" >&2
    exit 1
}

# A fresh clone behind a fresh target, neither of which is measured.
serve() {
    cp --sparse=always "$pristine" /tmp/clone.img
    if ! tgt_start 127.0.0.1:3260 || ! tgt_target 1 "$iqn" ||
        ! tgt_lun 1 1 /tmp/clone.img 512 0001; then
        give_up "no target"
    fi
}

by_driver() {
    local text
    text=$(XAPI_SR_UUID=$new xapi_call sr_create target=127.0.0.1 targetIQN="$iqn" SCSIid="$(tgt_scsiid 0001)")
    began=$(now_ms)
    xapi_run /tmp/call "$build/RELVMoISCSISR" "$text" || give_up "the driver fails"
}

# edit BACKUP: a new id for each logical volume, and a new name for each VDI's.
edit() {
    local uuid id
    while read -r uuid; do
        sed -i "s/VHD-$uuid/VHD-$(xapi_uuid)/" "$1"
    done < <(sed -n 's/^[[:space:]]*VHD-\([0-9a-f-]*\) {/\1/p' "$1")
    while read -r id; do
        sed -i "s/$id/$(new_lvm_id)/" "$1"
    done < <(sed -n '/logical_volumes {/,$s/^[[:space:]]*id = "\(.*\)"/\1/p' "$1")
}

new_lvm_id() {
    local hex
    hex=$(xapi_uuid)
    hex=${hex//-/}
    echo "${hex:0:6}-${hex:6:4}-${hex:10:4}-${hex:14:4}-${hex:18:4}-${hex:22:4}-${hex:26:6}"
}

by_hand() {
    local disk name=VG_XenStorage-$new
    export LVM_SYSTEM_DIR=/etc/lvm/master
    began=$(now_ms)
    {
        iscsi_login "$iqn" 127.0.0.1 &&
            disk=$(iscsi_disk "$iqn" 1) &&
            vgimportclone -n "$name" "/dev/$disk" &&
            vgcfgbackup -f /tmp/backup "$name" &&
            edit /tmp/backup &&
            vgcfgrestore -f /tmp/backup "$name" &&
            vgck "$name" &&
            iscsi_logout "$iqn" 127.0.0.1
    } >/tmp/by_hand.log 2>&1 || give_up "by hand: $(cat /tmp/by_hand.log)"
    unset LVM_SYSTEM_DIR
}

# measure FUNCTION FILE: once
measure() {
    serve
    new=$(xapi_uuid)
    "$1"
    echo $(($(now_ms) - began)) >>"$2"
    head -c 10M /tmp/clone.img | grep -aqF "VG_XenStorage-$new {" || give_up "$1 has not resigned the clone"
    tgt_stop
}

# Sets $low, $median and $high.
sum_up() {
    local times
    mapfile -t times < <(sort -n "$1")
    low=${times[0]}
    median=${times[${#times[@]} / 2]}
    high=${times[-1]}
}

mkdir -p /run/lock/sm/iscsiadm /run/lock/sm/relvmoiscsi /tmp/call
image_unpack "$host_tree/tests/golden/single-vhd.img.zst" "$pristine" || exit 1
iscsid_start || give_up "iscsid does not start"
for ((run = 0; run < runs; run++)); do
    measure by_driver /tmp/by_driver.times
    measure by_hand /tmp/by_hand.times
done
iscsid_stop

echo "Through open-iscsi, one VDI, in the test host, $runs runs each in turns; ms."
printf '%-10s %7s %7s %7s\n' '' median min max
sum_up /tmp/by_driver.times
driver=$median
printf '%-10s %7d %7d %7d\n' driver "$median" "$low" "$high"
sum_up /tmp/by_hand.times
printf '%-10s %7d %7d %7d\n' 'by hand' "$median" "$low" "$high"
awk -v a="$median" -v b="$driver" 'BEGIN { printf "by hand / driver: %.1f (aim: 5); driver\047s aim: 1500 ms\n", a / b }'
