# What the host holds of sessions, devices, maps, locks and processes: taken
# before and after a run of the program, the two must be equal.
# shellcheck shell=bash

# One line each, sorted, "kind value…". In a shell of its own, for what is not
# there is no error, whatever the caller's options.
host_state() (
    set +eE +o pipefail
    trap - ERR
    {
        state_devices
        state_files
        state_processes
    } 2>/dev/null | LC_ALL=C sort
)

state_devices() {
    local path
    for path in /sys/class/iscsi_session/session*; do
        [ -e "$path" ] || continue
        echo "session ${path##*/} $(cat "$path/targetname") $(cat "$path"/device/connection*/iscsi_connection/*/persistent_address)"
    done
    for path in /sys/class/scsi_device/*; do
        [ -e "$path" ] || continue
        echo "scsi ${path##*/} $(ls "$path/device/block")"
    done
    for path in /sys/class/block/*; do
        case ${path##*/} in loop* | ubd*) continue ;; esac
        [ -e "$path" ] && echo "block ${path##*/}"
    done
    dmsetup info -c --noheadings --separator ' ' -o name,open |
        sed -n '/^No devices found/!s/^/map /p'
}

state_files() {
    find /etc/iscsi/nodes /etc/iscsi/send_targets -mindepth 1 -printf 'record %p\n'
    find /dev/mapper /dev/disk -mindepth 1 ! -type d -printf 'node %p %l\n'
    # lvm's cache and open-iscsi's own lock file stay by their nature.
    find /run/lock /run/lvm /run/sr-ref -type f ! -path /run/lvm/hints \
        ! -path '/run/lock/iscsi/lock*' -printf 'file %p\n'
}

# Not those of interest: kernel threads (no command line), this shell with its
# parents and pipe, and udev's workers, which come and go as it likes.
state_processes() {
    local path pid=$BASHPID ours=' ' stat command name
    while [ "$pid" -gt 1 ]; do
        ours+="$pid "
        read -r stat <"/proc/$pid/stat" || break
        stat=${stat##*) }
        stat=${stat#* }
        pid=${stat%% *}
    done
    for path in /proc/[0-9]*; do
        pid=${path##*/}
        case $ours in *" $pid "*) continue ;; esac
        command=
        read -r -d '' command <"$path/cmdline"
        [ -n "$command" ] || continue
        read -r name <"$path/comm" || continue
        case $name in
        systemd-udevd | "(udev-worker)" | sort) continue ;;
        esac
        echo "process $pid $name"
    done
}

# state_same BEFORE AFTER: two files that host_state wrote. Prints what differs:
# "-" gone, "+" left behind.
state_same() {
    diff -U0 -- "$1" "$2" | sed -n '/^---\|^+++\|^@@/!p' | grep . >&2
    [ "${PIPESTATUS[0]}" = 0 ]
}

# state_kept BEFORE: the state is as in the file BEFORE, or becomes so within a
# few seconds (the kernel and udev remove devices after a log-out has returned).
state_kept() {
    local now
    now=$(mktemp)
    if ! wait_for "${STATE_PATIENCE:-5}" state_now_is "$1" "$now" 2>/dev/null; then
        state_same "$1" "$now" || :
        rm -f "$now"
        return 1
    fi
    rm -f "$now"
}

state_now_is() {
    udevadm settle --timeout 5
    host_state >"$2"
    cmp -s "$1" "$2"
}
