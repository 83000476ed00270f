#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# hba_failures.sh BUILD [PATTERN]: relvmohba where something fails: the path that it
# uses, between any two of its writes, without multipathd and with it; a LUN that
# has no COMPARE AND WRITE; and what is refused. Each time one clear error, which
# says how the LUN is; the devices, the maps and the links are what they were; and
# the next run does it, with one set of ids. Without a xapi.
# shellcheck disable=SC2317 # run_test calls the functions
set -u

# shellcheck disable=SC2034 # for guest.sh
guest_limit=1800
# shellcheck source=guest.sh
. "$(dirname -- "$0")/guest.sh"
# shellcheck source=lib/hba.sh
. "$host_dir/lib/hba.sh"
# shellcheck source=lib/judge.sh
. "$host_dir/lib/judge.sh"
# shellcheck source=../support/xapi.sh
. "$host_tree/tests/support/xapi.sh"

# As LVM's rules of dom0 have it.
cat >/etc/udev/rules.d/70-pv.rules <<'END'
SUBSYSTEM=="block", ENV{ID_FS_TYPE}=="LVM2_member", ENV{ID_FS_UUID_ENC}=="?*", SYMLINK+="disk/by-id/lvm-pv-uuid-$env{ID_FS_UUID_ENC}"
END
udevadm control --reload

program=$build/RELVMoHBASR
success="fault 1 Error reporting error, unknown key The SR has been successfully resigned. Use the lvmohba type to attach it"
lock=/run/lock/sm/relvmoiscsi/$clone_id
mkdir -p /tmp/call
gcc -shared -fPIC -O1 -o /tmp/mishaps.so "$host_dir/mishaps.c" -ldl || exit 1

# call [NAME=VALUE]...: one run for a new SR, with this environment; what it says is
# $answer.
call() {
	sr=$(xapi_uuid)
	xapi_run /tmp/call "$program" "$(XAPI_SR_UUID=$sr xapi_call sr_create SCSIid="$clone_id")" \
		LD_PRELOAD=/tmp/mishaps.so WRITES_LOG=/tmp/writes "$@"
	answer=$("$build/tests/support/xapi_answer" /tmp/call/stdout)
}

resigned() {
	[ "$answer" = "$success" ] || fail "$answer"
}

# refused CODE PATTERN
refused() {
	[[ $answer == "fault $1 "* ]] || fail "not $1: $answer"
	[[ $answer =~ $2 ]] || fail "not '$2': $answer"
}

fresh() {
	cp --sparse=always /tmp/pristine.img /tmp/clone.img
}

# The state of the host, and of each disk; without what a PV says, and to which of
# its paths a link of the clone leads, which is the last that udev looked at.
host_now() {
	local path paths
	paths=$(tcm_loop_disks "$clone_id" | paste -s -d '|')
	udevadm settle
	host_state | grep -v lvm-pv | sed -E "/^node .dev.disk/s:/($paths)\$:/path:"
	for path in /sys/block/sd* /sys/block/dm-*; do
		[ ! -e "$path" ] || echo "${path##*/} $(<"$path/ro")" "$path"/{slaves,holders}/*
	done
}

host_begin() {
	rm -f "$lock"
	host_now >/tmp/host
}

host_kept() {
	host_now >/tmp/host.now
	state_same /tmp/host /tmp/host.now || fail "the host has changed${1:+: $1}"
}

# links_are_new DEVICE...: by udev's link of the clone's new PV it is one of these,
# and the old PV none of them.
links_are_new() {
	local pv link
	pv=$(pv_on /tmp/clone.img)
	[ "$pv" != "$(pv_on /tmp/pristine.img)" ] || fail "it is the old PV"
	link=$(readlink -e "/dev/disk/by-id/lvm-pv-uuid-$pv") || fail "udev has no link of PV $pv"
	[[ " $* " == *" ${link#/dev/} "* ]] || fail "$link is PV $pv"
	link=$(readlink -e "/dev/disk/by-id/lvm-pv-uuid-$(pv_on /tmp/pristine.img)")
	[[ -n $link && " $* " != *" ${link#/dev/} "* ]] || fail "the old PV is '$link'"
}

# pv_on IMAGE: its PV's id, as LVM writes it.
pv_on() {
	head -c 4096 "$1" | grep -ao 'LVM2 001.\{32\}' |
		sed 's/LVM2 001//; s/^\(.\{6\}\)\(.\{4\}\)\(.\{4\}\)\(.\{4\}\)\(.\{4\}\)\(.\{4\}\)/\1-\2-\3-\4-\5-\6-/'
}

# The head of the journal says COMMITTED.
committed() {
	[ "$(od -An -tu4 -j 2064 -N 4 /tmp/clone.img | tr -d ' ')" = 2 ]
}

# All but the journal's place and the ring in which LVM has its text.
as_it_was() {
	cmp -n 2048 /tmp/pristine.img /tmp/clone.img && cmp -i 4096 -n 512 /tmp/pristine.img /tmp/clone.img &&
		same_images /tmp/pristine.img /tmp/clone.img 11534336
}

# What the error says of the LUN is so. Sets $then: the SRs of which the next run
# must make one.
told() {
	case $answer in
	*"the LUN is unchanged: "*)
		as_it_was >&2 && ! committed || fail "not unchanged: $answer"
		then=()
		;;
	*"whether the resign is committed is not known; resign it again"*)
		as_it_was >&2 || fail "not only perhaps committed: $answer"
		then=()
		! committed || then=("$sr")
		;;
	*"the resign is committed but not finished; resign it again"*)
		committed || ! as_it_was >/dev/null || fail "not committed: $answer"
		then=("$sr")
		committed || then+=(next)
		;;
	*) fail "it says nothing of the LUN: $answer" ;;
	esac
	[[ $answer == "fault 200 "* ]] || fail "not 200: $answer"
}

# again NAME: the next run does it.
again() {
	call
	resigned
	[ ${#then[@]} != 0 ] || then=("$sr")
	judge_later "$1" /tmp/clone.img "${then[@]/#next/$sr}"
}

# once: a resign, by which device ($one), and how many $writes it is.
once() {
	local commands
	host_begin
	call
	resigned
	host_kept
	read -r one writes commands </tmp/writes
	echo "time: $one: $writes writes, $commands of them COMPARE AND WRITE"
	[ "$commands" -ge 3 ] || [ "${1:-1}" = 0 ] || fail "COMPARE AND WRITE is not used"
	[ "$commands" = 1 ] || [ "${1:-1}" = 1 ] || fail "COMPARE AND WRITE: $commands"
}

# both_up [CAW [PR]]: both LUNs by two paths; the clone's has COMPARE AND WRITE and
# reservations unless they are 0.
both_up() {
	local attributes
	up 2
	attributes=$lio_root/core/fileio_0/clone/attrib
	echo "${1:-1}" >"$attributes/emulate_caw"
	echo "${2:-1}" >"$attributes/emulate_pr"
	map_clone 2
}

clone_disks() {
	tcm_loop_disks "$clone_id" | tr '\n' ' '
}

# By which file path $1 goes offline: SCSI's own state of the disk, or the
# transport of its HBA.
state_of() {
	echo "/sys/block/$1/device/state"
}

transport_of() {
	local address group
	address=$(readlink "/sys/block/$1/device")
	address=${address##*/}
	for group in "$lio_root"/loopback/naa.*/tpgt_1; do
		[ "$(<"$group/address")" != "${address%:*}" ] || echo "$group/transport_status"
	done
}

# path_runs FILE DISK: again. udev may have had the kernel look at the disk
# meanwhile, which then took it for one of no size.
path_runs() {
	case $1 in
	*/state) echo running >"$1" ;;
	*) echo online >"$1" ;;
	esac
	echo 1 >"/sys/block/$2/device/rescan"
	wait_for has_size "$2"
	udevadm settle
}

has_size() {
	[ "$(<"/sys/block/$1/size")" -gt 0 ]
}

# between_writes CAW STEP: after each STEPth write; nobody makes a map.
between_writes() {
	local n file outcomes=''
	both_up "$1"
	once "$1"
	# shellcheck disable=SC2046 # words
	links_are_new $(clone_disks)
	for ((n = 1; n <= writes; n += $2)); do
		file=$(state_of "$one")
		((n % 2)) || file=$(transport_of "$one")
		fresh
		call AFTER="$n" PATH_FILES="$file"
		told
		outcomes+=${#then[@]}
		host_kept "after write $n"
		again "write$n"
		host_kept "after write $n and a second run"
		path_runs "$file" "$one"
		cmp <(dd if="/dev/$one" bs=1M count=1 iflag=direct status=none) <(head -c 1M /tmp/clone.img) ||
			fail "by $one it is another SR"
	done
	# Both before the commit and after it.
	[[ $outcomes == 0*1* ]] || fail "outcomes $outcomes"
	judge /tmp/original.img
	down
}

# through_a_map: multipathd makes one. One path fails, and the other carries it
# through; then both fail.
through_a_map() {
	local n disks files
	multipathd_start
	both_up
	wait_for multipath_has "$clone_id" 2 active
	udevadm settle
	once
	[[ $one == dm-* ]] || fail "not through the map, by $one"
	links_are_new "$one"
	read -ra disks <<<"$(clone_disks)"
	files=("$(state_of "${disks[0]}")" "$(state_of "${disks[1]}")")
	for ((n = 1; n <= writes; n++)); do
		fresh
		call AFTER="$n" PATH_FILES="${files[n % 2]}"
		[ "$answer" = "$success" ] || fail "without ${disks[n % 2]} after write $n: $answer"
		host_kept "without ${disks[n % 2]} after write $n"
		judge_later "without$n" /tmp/clone.img "$sr"
		path_runs "${files[n % 2]}" "${disks[n % 2]}"
		wait_for multipath_has "$clone_id" 2 active
	done
	for n in 1 $((writes / 2)) $((writes - 1)); do
		fresh
		call AFTER="$n" PATH_FILES="${files[*]}"
		told
		host_kept "both paths, after write $n"
		path_runs "${files[0]}" "${disks[0]}"
		path_runs "${files[1]}" "${disks[1]}"
		wait_for multipath_has "$clone_id" 2 active
		again "both$n"
		host_kept "both paths, after write $n and a second run"
	done
	judge /tmp/original.img
	multipathd_stop
	down
}

untouched() {
	host_kept "$1"
	same_images "${2:-/tmp/pristine.img}" /tmp/clone.img || fail "$1: the clone was written to"
}

# register KEY NEW DEVICE: a key of persistent reservations, by the kernel's own
# ioctl (IOC_PR_REGISTER of linux/pr.h).
register() {
	python3 -c 'import fcntl, struct, sys
fcntl.ioctl(open(sys.argv[3], "r+b", 0), 0x401870c8, struct.pack("QQII", int(sys.argv[1]), int(sys.argv[2]), 0, 0))' "$@"
}

# refusals [map]: whatever the reason, all is as it was; and then it goes.
refusals() {
	local disk
	[ -z "${1:-}" ] || multipathd_start
	both_up
	[ -z "${1:-}" ] || wait_for multipath_has "$clone_id" 2 active
	disk=/dev/$(tcm_loop_disks "$clone_id" | tail -n 1)
	host_begin
	exec 9<"$disk"
	call
	refused 16 "process $BASHPID .* has it open"
	exec 9<&-
	untouched 'a guard refuses'
	register 0 7 "$disk"
	call
	refused 16 'has a persistent reservation'
	register 7 0 "$disk"
	untouched 'a key is registered'
	call AFTER=1
	refused 201 'the LUN is unchanged: stopped by a signal'
	host_kept 'a signal'
	as_it_was || fail 'a signal: the clone is another'
	cp --sparse=always /tmp/pristine.img /tmp/other.img
	dd if=/dev/zero of=/tmp/other.img bs=512 count=1 seek=1 conv=notrunc status=none
	cp --sparse=always /tmp/other.img /tmp/clone.img
	call
	refused 202 'no LVM label on this LUN'
	untouched 'the content is refused' /tmp/other.img
	fresh
	once
	if [ -n "${1:-}" ]; then
		links_are_new "$one"
		multipathd_stop
	else
		# shellcheck disable=SC2046 # words
		links_are_new $(clone_disks)
	fi
	down
	rm -f /tmp/other.img
}

# no_swap PR: a LUN without COMPARE AND WRITE, and without reservations if PR is 0.
# Of two runs at once one does it, and the other, which comes when the first holds
# its lock, is told.
no_swap() {
	local first pid
	both_up 0 "$1"
	once 0
	fresh
	first=$(xapi_uuid)
	"$build/tests/iscsi/kill_at" "$lock" 0 0 /tmp/call/first /tmp/call/first.err \
		/usr/bin/env -i PATH=/sbin:/usr/sbin:/bin:/usr/bin LD_PRELOAD=/tmp/mishaps.so LOCKED=1 "$program" \
		"$(XAPI_SR_UUID=$first xapi_call sr_create SCSIid="$clone_id")" >/tmp/call/end &
	wait_for test -e "$lock"
	wait_for grep -q pid /tmp/call/end
	read -r _ pid </tmp/call/end
	wait_for stopped "$pid"
	call
	refused 37 "another resign of LUN $clone_id is running on this host, process $pid"
	same_images /tmp/pristine.img /tmp/clone.img || fail "written to"
	kill -CONT "$pid"
	wait "$!"
	answer=$("$build/tests/support/xapi_answer" /tmp/call/first)
	resigned
	host_kept
	judge_later two /tmp/clone.img "$first"
	judge /tmp/original.img
	down
}

stopped() {
	local stat
	read -r stat <"/proc/$1/stat"
	[[ ${stat##*) } == T* ]]
}

run_test 'without a map, the path fails after each write' between_writes 1 1
run_test 'without COMPARE AND WRITE, the path fails after each third write' between_writes 0 3
run_test 'through a map, one path fails, and both' through_a_map
run_test 'refusals' refusals
run_test 'refusals, through a map' refusals map
run_test 'without COMPARE AND WRITE, two runs at once' no_swap 1
run_test 'without COMPARE AND WRITE and reservations, two runs at once' no_swap 0
finish
