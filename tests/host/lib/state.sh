# SPDX-License-Identifier: LGPL-2.1-only
#
# What the host holds of sessions, devices, maps, locks and processes: taken
# before and after a run of the program, the two must be equal. It is taken
# often, and a process costs 20 ms here: so as few as can be.
# shellcheck shell=bash

# One line each, sorted, "kind value…". In a shell of its own, for what is not
# there is no error, whatever the caller's options.
host_state() (
	set +eE +o pipefail
	trap - ERR
	shopt -s nullglob
	{
		state_devices
		state_files
		state_processes
	} 2>/dev/null | LC_ALL=C sort
)

state_devices() {
	local path portal names address addresses

	for path in /sys/class/iscsi_session/session*; do
		names=
		addresses=
		read -r names <"$path/targetname"
		for portal in "$path"/device/connection*/iscsi_connection/*/persistent_address; do
			read -r address <"$portal" && addresses+=" $address"
		done
		echo "session ${path##*/} $names$addresses"
	done
	for path in /sys/class/scsi_device/*; do
		names=("$path"/device/block/*)
		echo "scsi ${path##*/} ${names[*]##*/}"
	done
	for path in /sys/class/block/*; do
		case ${path##*/} in loop* | ubd*) continue ;; esac
		echo "block ${path##*/}"
	done
	names=(/sys/class/block/dm-*)
	[ ${#names[@]} = 0 ] ||
		dmsetup info -c --noheadings --separator ' ' -o name,open | sed 's/^/map /'
}

# LVM's cache and open-iscsi's own lock file stay by their nature.
state_files() {
	find /etc/iscsi/nodes /etc/iscsi/send_targets /dev/mapper /dev/disk \
		/run/lock /run/lvm /run/sr-ref -mindepth 1 \
		\( -path '/dev/*' ! -type d ! -lname '*/loop*' -printf 'node %p %l\n' \) -o \
		\( -path '/etc/*' -printf 'record %p\n' \) -o \
		\( -path '/run/*' -type f ! -path /run/lvm/hints \
		! -path '/run/lock/iscsi/lock*' -printf 'file %p\n' \)
}

# Not those of interest: kernel threads (no command line); this script with its
# parents and all that it runs (what a program leaves behind has lost its parent,
# and init for a new one); and udev's workers and what they run, which come and go
# as it likes.
state_processes() {
	local path pid=$$ parents=' ' stat command name

	while [ "$pid" -gt 1 ]; do
		parents+="$pid "
		read -r stat <"/proc/$pid/stat" || break
		stat=${stat##*) }
		stat=${stat#* }
		pid=${stat%% *}
	done
	for path in /proc/[0-9]*; do
		pid=${path##*/}
		case $parents in *" $pid "*) continue ;; esac
		command=
		read -r -d '' command <"$path/cmdline"
		[ -n "$command" ] || continue
		read -r name <"$path/comm" || continue
		[ "$name" != systemd-udevd ] || continue
		! state_is_below "$pid" || continue
		echo "process $pid $name"
	done
}

# Whether this script or a worker of udev is above the process, or is it. One that
# has gone meanwhile is as good.
state_is_below() {
	local pid=$1 stat name

	while [ "$pid" -gt 1 ]; do
		[ "$pid" != $$ ] || return 0
		read -r name <"/proc/$pid/comm" || return 0
		[ "$name" != "(udev-worker)" ] || return 0
		read -r stat <"/proc/$pid/stat" || return 0
		stat=${stat##*) }
		stat=${stat#* }
		pid=${stat%% *}
	done
	return 1
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
	local now=$1.now

	if ! wait_for state_now_is "$1" "$now" 2>/dev/null; then
		state_same "$1" "$now" || :
		rm -f "$now"
		return 1
	fi
	rm -f "$now"
}

state_now_is() {
	udevadm settle
	host_state >"$2"
	cmp -s "$1" "$2"
}
