#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# open_iscsi.sh BUILD [PATTERN]: the program as xapi runs it, through the host's
# own initiator, on real targets. Runs in the test host:
#   boot.sh open_iscsi.sh BUILD [PATTERN]
# PATTERN chooses tests by name.
#
# Every test ends with the host as it was: run_test looks.
# shellcheck disable=SC2317 # run_test calls the functions
set -u

# shellcheck source=lib.sh
. "${HOST_LIB:-"$(dirname -- "$0")/lib.sh"}"
# shellcheck source=../support/xapi.sh
. "$host_tree/tests/support/xapi.sh"

build=$(realpath -- "${1:?usage: open_iscsi.sh BUILD [PATTERN]}")
tests_only=${2:-*}
program=$build/RELVMoISCSISR
answer_of=$build/tests/support/xapi_answer
if ! [ -x "$program" ] || ! [ -x "$answer_of" ]; then
    echo "open_iscsi.sh: $build is not built" >&2
    exit 2
fi

iqn=iqn.2014-01.test.relvmoiscsi:array
old_vg=VG_XenStorage-f454dfa2-2b0c-4fb0-8a14-32fbf4c5b026
success="fault 1 Error reporting error, unknown key The SR has been successfully resigned. Use the lvmoiscsi type to attach it"

# The golden SR, its clone beside it, and somebody else's LUN.
pristine=/tmp/pristine.img
image_unpack "$host_tree/tests/golden/single-vhd.img.zst" "$pristine" || exit 1

# The storage manager's lock around iscsiadm, whose file it leaves.
mkdir -p /run/lock/sm/iscsiadm /run/lock/sm/relvmoiscsi
: >/run/lock/sm/iscsiadm/isciadm_running

images() {
    cp --sparse=always "$pristine" /tmp/original.img
    cp --sparse=always "$pristine" /tmp/clone.img
    image_empty /tmp/other.img 64M
    # A write would show in their times.
    touch -d 2001-01-01 /tmp/original.img /tmp/clone.img /tmp/other.img
}

# written IMAGE
written() {
    [[ $(stat -c %y -- "$1") != 2001-01-01* ]]
}

# serve KIND BLOCK_SIZE PORTAL...: LUN 1 is the original, 2 the clone, 3 other.
serve() {
    local kind=$1 block=$2
    shift 2
    images
    case $kind in
    tgt)
        tgt_start "$@"
        tgt_target 1 "$iqn"
        tgt_lun 1 1 /tmp/original.img "$block" 0001
        tgt_lun 1 2 /tmp/clone.img "$block" 0002
        tgt_lun 1 3 /tmp/other.img "$block" 0003
        ;;
    lio)
        lio_start
        lio_target "$iqn" "$@"
        lio_backstore original /tmp/original.img "$block" 0001
        lio_backstore clone /tmp/clone.img "$block" 0002
        lio_backstore other /tmp/other.img "$block" 0003
        lio_lun "$iqn" 1 original
        lio_lun "$iqn" 2 clone
        lio_lun "$iqn" 3 other
        ;;
    esac
}

serve_end() {
    "$1_stop"
    rm -f /tmp/original.img /tmp/clone.img /tmp/other.img
}

serve_chap() {
    local kind=$1
    shift
    case $kind in
    tgt) tgt_chap 1 "$@" ;;
    lio) lio_chap "$iqn" "$@" ;;
    esac
}

new_uuid=
answer=

# call KIND [KEY=VALUE]...: resigns the clone; what the program says is $answer.
call() {
    local kind=$1 text start status=0
    shift
    new_uuid=$(xapi_uuid)
    mkdir -p /tmp/call
    text=$(XAPI_SR_UUID=$new_uuid xapi_call sr_create target=127.0.0.1 targetIQN="$iqn" \
        SCSIid="$("${kind}_scsiid" 0002)" "$@")
    start=$(now_ms)
    xapi_run /tmp/call "$program" "$text" || status=$?
    took=$(($(now_ms) - start))
    [ "$status" = 0 ] || fail "exit $status"
    [ ! -s /tmp/call/stderr ] || fail "stderr: $(head -c 500 /tmp/call/stderr)"
    answer=$("$answer_of" /tmp/call/stdout)
}

resigned() {
    [ "$answer" = "$success" ] || fail "$answer"
    echo "time: resign: $took ms"
}

# refused CODE [PATTERN]
refused() {
    [[ $answer == "fault $1 "* ]] || fail "not $1: $answer"
    [[ $answer =~ ${2:-} ]] || fail "not '$2': $answer"
}

untouched() {
    ! written /tmp/clone.img || fail "the clone was written to"
}

# The clone has the new ids, and its original has not changed.
good_result() {
    ! written /tmp/original.img || fail "the original was written to"
    written /tmp/clone.img || fail "a write does not show"
    head -c 10M /tmp/clone.img | grep -ac "VG_XenStorage-$new_uuid {" >/dev/null || fail "the clone is not resigned"
}

basic() {
    local kind=$1 block=$2 host=$3
    shift 3
    serve "$kind" "$block" "$host:3260"
    [ $# = 0 ] || serve_chap "$kind" "$@"
    iscsid_start
    host_state >/tmp/before
    case $# in
    0) call "$kind" target="$host" ;;
    2) call "$kind" target="$host" chapuser="$1" chappassword="$2" ;;
    4) call "$kind" target="$host" chapuser="$1" chappassword="$2" incoming_chapuser="$3" incoming_chappassword="$4" ;;
    esac
    resigned
    state_kept /tmp/before
    good_result
    iscsid_stop
    serve_end "$kind"
}

# --- beside what the host has attached ---------------------------------------

# The clone comes when the others are long attached, as on an array.
serve_clone() {
    case $1 in
    tgt) tgt_lun 1 2 /tmp/clone.img 512 0002 ;;
    lio)
        lio_backstore clone /tmp/clone.img 512 0002
        lio_lun "$iqn" 2 clone
        ;;
    esac
}

unserve_clone() {
    case $1 in
    tgt) tgt_lun_remove 1 2 ;;
    lio)
        lio_lun_remove "$iqn" 2
        rmdir "$lio_root/core/fileio_0/clone"
        ;;
    esac
}

io_pid=
io_start() {
    "$build/tests/support/steady_io" "$1" >/tmp/io.out 2>/tmp/io.err &
    io_pid=$!
    wait_for 5 io_under_way
}

io_under_way() {
    kill -0 "$io_pid"
}

io_stop() {
    local longest
    kill -TERM "$io_pid"
    wait "$io_pid" || fail "the original's I/O: $(cat /tmp/io.err)"
    echo "time: original: $(cat /tmp/io.out)"
    longest=$(sed 's/.*longest \([0-9]*\) ms/\1/' /tmp/io.out)
    [ "$longest" -lt 1000 ] || fail "the original's I/O stood still for $longest ms"
}

# vgs_silent DISK...: LVM sees one VG on each, and has nothing to say.
vgs_silent() {
    local seen
    seen=$(vgs --noheadings -o pv_name 2>/tmp/vgs.err | tr -d ' ' | sort | tr '\n' ' ')
    # its cache
    rm -f /run/lvm/newhints
    [ ! -s /tmp/vgs.err ] || fail "LVM says: $(cat /tmp/vgs.err)"
    [ "$seen" = "$(printf '/dev/%s\n' "$@" | sort | tr '\n' ' ')" ] || fail "vgs sees $seen"
}

beside_original() {
    local kind=$1 disk before clone
    serve "$kind" 512 127.0.0.1:3260
    unserve_clone "$kind"
    iscsid_start
    iscsi_login "$iqn" 127.0.0.1
    disk=$(iscsi_disk "$iqn" 1)
    iscsi_disk "$iqn" 3 >/dev/null
    LVM_SYSTEM_DIR=/etc/lvm/master lvcreate -q -Wn -Zn -l 4 -n steady "$old_vg" >/dev/null
    vgchange -ay "$old_vg" >/dev/null
    serve_clone "$kind"
    udevadm settle --timeout 10
    host_state >/tmp/before
    io_start "/dev/$old_vg/steady"
    host_state >/tmp/with_io
    watch_disks
    call "$kind"
    watch_end
    state_kept /tmp/with_io
    io_stop
    resigned
    state_kept /tmp/before
    vgs_silent "$disk"
    # Now the host may see both.
    iscsi_scan "$iqn" 2
    clone=$(iscsi_disk "$iqn" 2)
    vgs_silent "$disk" "$clone"
    vgs --noheadings -o vg_name "VG_XenStorage-$new_uuid" >/dev/null
    vgchange -an "$old_vg" >/dev/null
    iscsi_logout "$iqn" 127.0.0.1
    iscsid_stop
    serve_end "$kind"
}

# A clone that the host has already, since it scans: used, and left there.
already_there() {
    local kind=$1 disk
    serve "$kind" 512 127.0.0.1:3260
    iscsid_start
    iscsi_login "$iqn" 127.0.0.1
    disk=$(iscsi_disk "$iqn" 2)
    host_state >/tmp/before
    call "$kind"
    resigned
    state_kept /tmp/before
    good_result
    vgs_silent "$(iscsi_disk "$iqn" 1)" "$disk"
    iscsi_logout "$iqn" 127.0.0.1
    iscsid_stop
    serve_end "$kind"
}

# Prints how long a disk that came and went was there, by the kernel's events.
watch_disks() {
    udevadm monitor --kernel --subsystem-match=block >/tmp/events &
    monitor=$!
    wait_for 5 grep -q KERNEL /tmp/events
}

watch_end() {
    wait_for 5 grep -q 'remove' /tmp/events
    kill "$monitor"
    wait "$monitor" || :
    sed -n 's/^KERNEL\[\([0-9.]*\)\] \(add\|remove\) .*/\1 \2/p' /tmp/events |
        awk '$2 == "add" && !from { from = $1 }
             $2 == "remove" { to = $1 }
             END { printf "time: the clone was a disk: %d ms\n", (to - from) * 1000 }'
}

# --- the live original ---------------------------------------------------------

# Attached: its VG active. Then only held open by some program. The host's
# session and disk, or a session of ours.
original_refused() {
    local kind=$1 disk
    portal_up 192.0.2.1
    serve "$kind" 512 127.0.0.1:3260 192.0.2.1:3260
    iscsid_start
    iscsi_login "$iqn" 127.0.0.1 node.session.scan=manual
    iscsi_scan "$iqn" 1
    disk=$(iscsi_disk "$iqn" 1)
    vgchange -ay "$old_vg" >/dev/null
    udevadm settle --timeout 10
    touch -d 2001-01-01 /tmp/original.img
    host_state >/tmp/before
    call "$kind" SCSIid="$("${kind}_scsiid" 0001)"
    refused 16
    state_kept /tmp/before
    vgchange -an "$old_vg" >/dev/null
    exec 9</dev/"$disk"
    call "$kind" SCSIid="$("${kind}_scsiid" 0001)"
    refused 16
    exec 9<&-
    # The same LUN by another portal.
    vgchange -ay "$old_vg" >/dev/null
    host_state >/tmp/before
    call "$kind" target=192.0.2.1 SCSIid="$("${kind}_scsiid" 0001)"
    refused 16
    state_kept /tmp/before
    portal_down 192.0.2.1
    vgchange -an "$old_vg" >/dev/null
    ! written /tmp/original.img || fail "the original was written to"
    call "$kind" SCSIid="$("${kind}_scsiid" 0001)"
    resigned
    written /tmp/original.img || fail "a write does not show"
    iscsi_logout "$iqn" 127.0.0.1
    iscsid_stop
    serve_end "$kind"
}

# --- through a multipath map ----------------------------------------------------

readonly portals=(192.0.2.1 192.0.2.2)
clone_map=$(tgt_scsiid 0002)

# portals_up: a target of two portals, and multipathd.
portals_up() {
    portal_up "${portals[0]}"
    portal_up "${portals[1]}"
    serve tgt 512 "${portals[@]/%/:3260}"
    iscsid_start
    multipathd_start
}

portals_down() {
    multipathd_stop
    iscsid_stop
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
    wait_for 5 grep -q KERNEL /tmp/events
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
    wait_for 15 multipath_has "$clone_map" 2 active
    udevadm settle --timeout 10
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
    wait_for 30 multipath_has "$clone_map" 2 active
    udevadm settle --timeout 10
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
    wait_for 15 multipath_has "$(tgt_scsiid 0001)" 2 active
    # The clone in a map of its own is not to be seen.
    vgchange --config "devices { filter = [ \"a|/dev/mapper/$(tgt_scsiid 0001)|\", \"r|.*|\" ] }" -ay "$old_vg" >/dev/null
    udevadm settle --timeout 10
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

# --- what the host had is as it was ------------------------------------------

# iscsiadm in the guest becomes a script that keeps a list of its calls, and runs
# /tmp/call/hook, if there is one, after each.
watch_iscsiadm() {
    mkdir -p /tmp/call
    rm -f /tmp/call/hook
    : >/tmp/call/list
    mv /usr/sbin/iscsiadm /usr/sbin/iscsiadm.real
    cat >/usr/sbin/iscsiadm <<'END'
#!/bin/bash
echo "$*" >>/tmp/call/list
/usr/sbin/iscsiadm.real "$@"
status=$?
calls=$(wc -l </tmp/call/list)
[ ! -e /tmp/call/hook ] || . /tmp/call/hook
exit $status
END
    chmod 755 /usr/sbin/iscsiadm
}

unwatch_iscsiadm() {
    [ ! -e /usr/sbin/iscsiadm.real ] || mv /usr/sbin/iscsiadm.real /usr/sbin/iscsiadm
}

# Four calls for a session of our own, none for one of the host's.
calls_counted() {
    serve tgt 512 127.0.0.1:3260
    serve_chap tgt user secretsecret12
    iscsid_start
    watch_iscsiadm
    call tgt chapuser=user chappassword=secretsecret12
    resigned
    echo "time: iscsiadm was called $(wc -l </tmp/call/list) times"
    [ "$(wc -l </tmp/call/list)" = 4 ] || fail "$(cat /tmp/call/list)"
    ! grep secret /tmp/call/list || fail "a password was an argument"
    unwatch_iscsiadm
    images
    tgt_stop
    serve tgt 512 127.0.0.1:3260
    iscsi_login "$iqn" 127.0.0.1 node.session.scan=manual
    watch_iscsiadm
    call tgt
    resigned
    [ ! -s /tmp/call/list ] || fail "$(cat /tmp/call/list)"
    unwatch_iscsiadm
    iscsi_logout "$iqn" 127.0.0.1
    iscsid_stop
    serve_end tgt
}

# A record that somebody else has made, with settings that would not do for us.
record_kept() {
    local kind=$1 file
    serve "$kind" 512 127.0.0.1:3260
    serve_chap "$kind" user secretsecret12
    iscsid_start
    iscsiadm -m discovery -t sendtargets -p 127.0.0.1 >/dev/null
    iscsiadm -m node -T "$iqn" -p 127.0.0.1 -o update -n node.startup -v automatic
    iscsiadm -m node -T "$iqn" -p 127.0.0.1 -o update -n node.session.auth.username -v wrong
    iscsiadm -m node -T "$iqn" -p 127.0.0.1 -o update -n node.session.auth.username_in -v old
    iscsiadm -m node -T "$iqn" -p 127.0.0.1 -o update -n node.session.auth.password_in -v oldoldoldoldold
    file=$(find /etc/iscsi/nodes -type f)
    cp "$file" /tmp/record
    host_state >/tmp/before
    call "$kind" chapuser=user chappassword=secretsecret12
    resigned
    state_kept /tmp/before
    cmp /tmp/record "$file" || fail "the node record has changed"
    good_result
    iscsiadm -m node -T "$iqn" -p 127.0.0.1 -o delete
    iscsiadm -m discoverydb -t sendtargets -p 127.0.0.1 -o delete
    rm -rf /etc/iscsi/send_targets
    iscsid_stop
    serve_end "$kind"
}

# Somebody comes to count on our session while it is there: it stays.
session_wanted() {
    serve tgt 512 127.0.0.1:3260
    iscsid_start
    mkdir -p /run/sr-ref
    watch_iscsiadm
    # After the login.
    cat >/tmp/call/hook <<END
[ "\$calls" != 2 ] || {
    cp /run/sr-ref/$iqn /tmp/call/users
    echo 5c0a3f3e-3b3a-4f0c-9a55-0d6c7c6f1e11 >>/run/sr-ref/$iqn
}
END
    call tgt
    unwatch_iscsiadm
    resigned
    [ "$(wc -l </tmp/call/users)" = 1 ] || fail "we were not counted"
    iscsi_session "$iqn" >/dev/null || fail "the session is gone"
    [ "$(cat "/run/sr-ref/$iqn")" = 5c0a3f3e-3b3a-4f0c-9a55-0d6c7c6f1e11 ] || fail "$(cat "/run/sr-ref/$iqn")"
    rm "/run/sr-ref/$iqn"
    iscsi_logout "$iqn" 127.0.0.1
    iscsid_stop
    serve_end tgt
}

# An open-iscsi of before 2.0.874: its records know no node.session.scan, and a
# login brings all LUNs.
old_open_iscsi() {
    local file
    serve tgt 512 127.0.0.1:3260
    iscsid_start
    iscsi_record "$iqn" 127.0.0.1
    file=$(find /etc/iscsi/nodes -type f)
    sed -i '/node.session.scan/d' "$file"
    host_state >/tmp/before
    call tgt
    resigned
    state_kept /tmp/before
    good_result
    iscsiadm -m node -T "$iqn" -p 127.0.0.1 -o delete
    iscsid_stop
    serve_end tgt
}

# --- what goes wrong ----------------------------------------------------------

no_iscsid() {
    serve tgt 512 127.0.0.1:3260
    host_state >/tmp/before
    call tgt
    refused 71 'iscsid does not run'
    state_kept /tmp/before
    untouched
    serve_end tgt
}

login_refused() {
    local kind=$1
    serve "$kind" 512 127.0.0.1:3260
    serve_chap "$kind" user secretsecret12
    iscsid_start
    host_state >/tmp/before
    call "$kind"
    refused 68 CHAP
    call "$kind" chapuser=user chappassword=wrongwrongwrong
    refused 68
    [[ $answer != *wrongwrong* ]] || fail "the password is in the answer"
    call "$kind" chapuser=user chappassword=secretsecret12 SCSIid=36000000000000000000000000000000ff
    refused 107
    call "$kind" chapuser=user chappassword=secretsecret12 targetIQN="$iqn.x"
    # LIO calls a target that it does not have out of service.
    [ "$kind" = lio ] || refused 83
    [ "$kind" = tgt ] || refused 68
    state_kept /tmp/before
    untouched
    iscsid_stop
    serve_end "$kind"
}

# after_call N COMMAND: what happens after the program's Nth iscsiadm.
after_call() {
    # shellcheck disable=SC2016 # expanded by the hook
    printf '[ "$calls" != %s ] || %s\n' "$1" "$2" >/tmp/call/hook
}

# A signal after the Nth iscsiadm.
signal_after() {
    serve tgt 512 127.0.0.1:3260
    iscsid_start
    host_state >/tmp/before
    watch_iscsiadm
    # shellcheck disable=SC2016 # expanded by the hook
    after_call "$1" 'kill -TERM $PPID'
    call tgt
    unwatch_iscsiadm
    if [ "$1" -le 2 ]; then
        refused 201 'stopped by a signal'
        untouched
    else
        resigned
    fi
    state_kept /tmp/before
    iscsid_stop
    serve_end tgt
}

# The target dies after the Nth iscsiadm: not a trace is left all the same.
target_dies_after() {
    serve tgt 512 127.0.0.1:3260
    iscsid_start
    host_state >/tmp/with_target
    grep -v tgtd /tmp/with_target >/tmp/before
    watch_iscsiadm
    after_call "$1" "kill -KILL $tgt_pid"
    call tgt
    unwatch_iscsiadm
    tgt_pid=
    rm -f /run/tgtd.log /run/tgtd/socket.*
    echo "time: until given up: $took ms: $answer"
    [[ $answer == fault\ * && $answer != "$success" ]] || [ "$1" -gt 2 ] || fail "$answer"
    [ "$1" -gt 2 ] || untouched
    STATE_PATIENCE=20 state_kept /tmp/before
    iscsid_stop
    serve_end tgt
}

# The disk is taken away while it is read and written, sooner or later: what was
# begun is completed by the next call.
disk_vanishes() {
    local watcher
    serve tgt 512 127.0.0.1:3260
    iscsid_start
    host_state >/tmp/before
    disk_vanishes_after "$1" &
    watcher=$!
    call tgt
    kill "$watcher" 2>/dev/null || :
    wait "$watcher" || :
    echo "time: disk gone after $1 s: $took ms: $answer"
    [[ $answer == fault\ * ]] || fail "$answer"
    state_kept /tmp/before
    call tgt
    resigned
    good_result_of_some_run
    state_kept /tmp/before
    iscsid_stop
    serve_end tgt
}

disk_vanishes_after() {
    set +eE
    trap - ERR
    until [ -e /sys/block/sda/device/delete ]; do read -r -t 0.001 <> <(:); done
    read -r -t "$1" <> <(:)
    echo 1 >/sys/block/sda/device/delete
}

# The first run's ids, if it got as far as to commit.
good_result_of_some_run() {
    ! written /tmp/original.img || fail "the original was written to"
    ! head -c 10M /tmp/clone.img | grep -aq "^$old_vg {" || fail "the old name is still there"
}

for kind in tgt lio; do
    run_test "$kind: resign" basic "$kind" 512 127.0.0.1
    run_test "$kind: blocks of 4096 bytes" basic "$kind" 4096 127.0.0.1
    run_test "$kind: IPv6" basic "$kind" 512 '[::1]'
    run_test "$kind: CHAP" basic "$kind" 512 127.0.0.1 user secretsecret12
    run_test "$kind: CHAP, mutual" basic "$kind" 512 127.0.0.1 user secretsecret12 target othersecret34
    run_test "$kind: the original attached, under I/O" beside_original "$kind"
    run_test "$kind: a clone that the host has already" already_there "$kind"
    run_test "$kind: a live original" original_refused "$kind"
    run_test "$kind: a node record that is not ours" record_kept "$kind"
    run_test "$kind: login refused" login_refused "$kind"
done
run_test "multipath: a map of ours" map_of_ours
run_test "multipath: the first portal does not answer" first_portal_fails
run_test "multipath: a map of the host's, one portal fails" map_of_the_hosts
run_test "multipath: the original attached through a map" original_in_a_map
run_test "iscsiadm calls" calls_counted
run_test "our session, wanted by another" session_wanted
run_test "open-iscsi without manual scan" old_open_iscsi
run_test "iscsid does not run" no_iscsid
for step in 1 2 3 4; do
    run_test "signal after iscsiadm call $step" signal_after "$step"
    run_test "target dies after iscsiadm call $step" target_dies_after "$step"
done
for delay in 0.001 0.05 0.1 0.2; do
    run_test "disk vanishes after $delay s" disk_vanishes "$delay"
done
finish
