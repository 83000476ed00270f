#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# many.sh BUILD [COUNT]: COUNT (50) clones behind five targets, resigned at once
# through the host's own initiator, each by a call of its own; ten of them share
# each target, and so its session. Runs in the test host:
#   boot.sh many.sh BUILD [COUNT]
# shellcheck disable=SC2317 # run_test calls the functions
set -u

# shellcheck source=lib.sh
. "${HOST_LIB:-"$(dirname -- "$0")/lib.sh"}"
# shellcheck source=../support/xapi.sh
. "$host_tree/tests/support/xapi.sh"

build=$(realpath -- "${1:?usage: many.sh BUILD [COUNT]}")
count=${2:-50}
targets=5
iqn=iqn.2014-01.test.relvmoiscsi:array
pristine=/tmp/pristine.img
image_unpack "$host_tree/tests/golden/single-vhd.img.zst" "$pristine" || exit 1
mkdir -p /run/lock/sm/iscsiadm /run/lock/sm/relvmoiscsi
: >/run/lock/sm/iscsiadm/isciadm_running

# LUN N of all is LUN N / targets of target N % targets.
serial() {
    printf 'a%03x' "$1"
}

serve_many() {
    local i
    tgt_start 127.0.0.1:3260
    for ((i = 0; i < targets; i++)); do
        tgt_target $((i + 1)) "$iqn$i"
    done
    for ((i = 0; i < count; i++)); do
        cp --sparse=always "$pristine" "/tmp/clone.$i"
        tgt_lun $((i % targets + 1)) $((i / targets + 1)) "/tmp/clone.$i" 512 "$(serial "$i")"
    done
}

# call NUMBER: what it says goes to /tmp/call.NUMBER/answer.
call() {
    local dir=/tmp/call.$1 uuid text
    mkdir "$dir"
    uuid=$(xapi_uuid)
    echo "$uuid" >"$dir/uuid"
    text=$(XAPI_SR_UUID=$uuid xapi_call sr_create target=127.0.0.1 targetIQN="$iqn$(($1 % targets))" \
        SCSIid="$(tgt_scsiid "$(serial "$1")")")
    xapi_run "$dir" "$build/RELVMoISCSISR" "$text" || echo "exit $?"
    "$build/tests/support/xapi_answer" "$dir/stdout" >"$dir/answer"
}

many_at_once() {
    local i pids=() began good=0
    serve_many
    iscsid_start
    host_state >/tmp/before
    began=$(now_ms)
    for ((i = 0; i < count; i++)); do
        call "$i" &
        pids+=($!)
    done
    wait "${pids[@]}"
    echo "time: $count at once: $(($(now_ms) - began)) ms"
    for ((i = 0; i < count; i++)); do
        if ! grep -q 'successfully resigned' "/tmp/call.$i/answer"; then
            fail "LUN $i: $(cat "/tmp/call.$i/answer" "/tmp/call.$i/stderr")"
        fi
        head -c 10M "/tmp/clone.$i" | grep -ac "VG_XenStorage-$(cat "/tmp/call.$i/uuid") {" >/dev/null ||
            fail "LUN $i has not its new name"
        good=$((good + 1))
    done
    [ "$good" = "$count" ]
    state_kept /tmp/before
    iscsid_stop
    tgt_stop
    rm -rf /tmp/clone.* /tmp/call.*
}

run_test "$count clones at once" many_at_once
finish
