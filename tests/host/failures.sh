#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# failures.sh BUILD [PATTERN]: iscsid that does not run, signals, a target that
# dies and a LUN that vanishes, at each step: the right answer, and not a trace.
# shellcheck disable=SC2317 # run_test calls the functions
set -u

# shellcheck source=guest.sh
. "$(dirname -- "$0")/guest.sh"
# shellcheck source=lib/driver.sh
. "$host_dir/lib/driver.sh"
# shellcheck source=lib/judge.sh
. "$host_dir/lib/judge.sh"

# Nor can it be started.
no_iscsid() {
	serve tgt 512 127.0.0.1:3260
	host_state >/tmp/before
	mv /usr/sbin/service /usr/sbin/service.real
	printf '#!/bin/sh\necho "no $1 here"\nexit 5\n' >/usr/sbin/service
	chmod 755 /usr/sbin/service
	call tgt
	mv /usr/sbin/service.real /usr/sbin/service
	refused 71 'iscsid does not run on this host and cannot be started: service, exit 5: no iscsid here'
	state_kept /tmp/before
	untouched
	serve_end tgt
}

# A signal after the Nth iscsiadm.
signal_after() {
	serve tgt 512 127.0.0.1:3260
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
	serve_end tgt
}

# target_again: after it was killed.
target_again() {
	rm -f /run/tgtd/socket.*
	tgt_start 127.0.0.1:3260
	tgt_target 1 "$iqn"
	tgt_lun 1 1 /tmp/original.img 512 0001
	tgt_lun 1 2 /tmp/clone.img 512 0002
}

# The target dies after the Nth iscsiadm: not a trace is left all the same.
target_dies_after() {
	serve tgt 512 127.0.0.1:3260
	host_state >/tmp/with_target
	grep -v tgtd /tmp/with_target >/tmp/before
	watch_iscsiadm
	after_call "$1" "kill -KILL $tgt_pid"
	call tgt
	unwatch_iscsiadm
	tgt_kill
	echo "time: until given up: $took ms: $answer"
	if [ "$1" -le 2 ]; then
		[[ $answer != "$success" ]] || fail "$answer"
		untouched
	else
		resigned
	fi
	state_kept /tmp/before
	serve_end tgt
}

# --- in the middle of the work ---------------------------------------------------

# in_mid_write SECONDS COMMAND...: so long after the first write to the clone,
# while the program stands still.
in_mid_write() {
	local pid
	set +eE
	trap - ERR
	touch -d 2002-01-01 /tmp/mark
	until pid=$(pgrep -xo RELVMoISCSISR); do pause 0.001; done
	until [ /tmp/clone.img -nt /tmp/mark ]; do pause 0.001; done
	pause "$1"
	kill -STOP "$pid"
	shift
	"$@"
	kill -CONT "$pid"
}

disk_goes() {
	echo 1 >/sys/block/sda/device/delete
}

lun_goes() {
	tgt_lun_remove 1 2
}

target_goes() {
	kill -KILL "$tgt_pid"
}

# cut_short WHAT SECONDS: whatever was begun, the next call makes a good clone of
# it, and neither leaves a trace.
cut_short() {
	local watcher first
	serve tgt 512 127.0.0.1:3260
	host_state >/tmp/with_target
	grep -v tgtd /tmp/with_target >/tmp/before
	in_mid_write "$2" "$1" &
	watcher=$!
	call tgt
	kill "$watcher" 2>/dev/null || :
	wait "$watcher" || :
	echo "time: cut short: $took ms: $answer"
	[[ $answer == fault\ * && $answer != "$success" ]] || fail "$answer"
	first=$new_uuid
	tgt_kill
	state_kept /tmp/before
	target_again
	call tgt
	resigned
	tgt_kill
	state_kept /tmp/before
	! written /tmp/original.img || fail "the original was written to"
	judge_later clone /tmp/clone.img "$first" "$new_uuid"
	judge /tmp/original.img
	serve_end tgt
}

# How long I/O waits for a lost session is the host's setting.
sed -i 's/^node.session.timeo.replacement_timeout.*/node.session.timeo.replacement_timeout = 15/' \
	/etc/iscsi/iscsid.conf
iscsid_stop
iscsid_stays=
run_test "iscsid cannot be started" no_iscsid
iscsid_stay
for step in 1 2 3; do
	run_test "signal after iscsiadm call $step" signal_after "$step"
done
for step in 1 2; do
	run_test "target dies after iscsiadm call $step" target_dies_after "$step"
done
for delay in 0 0.01; do
	run_test "disk vanishes in mid-write + $delay s" cut_short disk_goes "$delay"
done
run_test "LUN vanishes in mid-write" cut_short lun_goes 0
run_test "target dies in mid-write" cut_short target_goes 0
finish
