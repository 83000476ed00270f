#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# sm.sh BUILD [PATTERN]: the host's initiator, shared with the storage manager:
# each leaves the other its sessions as they would be without it, and what a
# daemon that hangs or does not run has left half done is undone.
# shellcheck disable=SC2317 # run_test calls the functions
set -u

# shellcheck disable=SC2034 # for guest.sh
guest_limit=1800
# shellcheck source=guest.sh
. "$(dirname -- "$0")/guest.sh"
# shellcheck source=lib/driver.sh
. "$host_dir/lib/driver.sh"
# shellcheck source=lib/sm.sh
. "$host_dir/lib/sm.sh"

readonly portals=(192.0.2.1 192.0.2.2)

# portals_up KIND
portals_up() {
	portal_up "${portals[0]}"
	portal_up "${portals[1]}"
	serve "$1" 512 "${portals[@]/%/:3260}"
}

portals_down() {
	serve_end "$1"
	portal_down "${portals[0]}"
	portal_down "${portals[1]}"
}

sessions() {
	local path count=0
	for path in /sys/class/iscsi_session/session*; do
		[ ! -e "$path" ] || count=$((count + 1))
	done
	echo "$count"
}

# No session, record or user of the target is left.
nothing_left() {
	wait_for no_session
	[ ! -e "/run/sr-ref/$iqn" ] || fail "sr-ref: $(cat "/run/sr-ref/$iqn")"
	[ -z "$(find /etc/iscsi/nodes -type f 2>/dev/null)" ] || fail "a record stays"
}

no_session() {
	[ "$(sessions)" = 0 ]
}

# An SR is attached by one portal, and the clone is asked for at the other. The
# older open-iscsi has no manual scan.
other_portal() {
	local disk
	portals_up tgt
	tgt_lun_remove 1 2
	iscsi_login "$iqn" "${portals[1]}"
	disk=$(iscsi_disk "$iqn" 1)
	sm_count "$iqn"
	tgt_lun 1 2 /tmp/clone.img 512 0002
	udevadm settle
	host_state >/tmp/before
	watch_iscsiadm
	# shellcheck disable=SC2016 # expanded by the hook
	[ "$1" != older ] || echo 'sed -i /node.session.scan/d $(find /etc/iscsi/nodes -type f)' >/tmp/call/hook
	call tgt target="${portals[0]}"
	unwatch_iscsiadm
	resigned
	state_kept /tmp/before
	good_result
	[ "$(vgs --noheadings -o pv_name "$old_vg" | tr -d ' ')" = "/dev/$disk" ] || fail "LVM does not see the original"
	sm_detach "$iqn"
	iscsiadm -m node -T "$iqn" -o delete
	nothing_left
	portals_down tgt
}

# Where the host has the LUN, nobody logs in: not with what would be refused.
looked_through() {
	serve tgt 512 127.0.0.1:3260
	iscsi_login "$iqn" 127.0.0.1
	iscsi_disk "$iqn" 2 >/dev/null
	serve_chap tgt user secretsecret12
	host_state >/tmp/before
	call tgt
	resigned
	state_kept /tmp/before
	good_result
	iscsi_logout "$iqn" 127.0.0.1
	serve_end tgt
}

# The storage manager attaches an SR while our session is there, and takes it for
# one of its own: it must be as its own would be. LIO tells of all its portals.
inherited() {
	local multipath=$1 kind=lio recovery number
	portals_up $kind
	[ -z "$multipath" ] || multipathd_start
	cp /etc/iscsi/iscsid.conf /tmp/iscsid.conf
	sed -i 's/^node.session.timeo.replacement_timeout.*/node.session.timeo.replacement_timeout = 144/' \
		/etc/iscsi/iscsid.conf
	watch_iscsiadm
	after_call 2 "sm_count $iqn"
	{ declare -f sm_count; declare -p sm_sr; cat /tmp/call/hook; } >/tmp/call/hook.new
	mv /tmp/call/hook.new /tmp/call/hook
	call $kind target="${portals[0]}"
	unwatch_iscsiadm
	resigned
	# With multipathing multipathd has a value of its own.
	recovery=$(cat /sys/class/iscsi_session/session*/recovery_tmo)
	[ -n "$multipath" ] || [ "$recovery" = 144 ] || fail "recovery_tmo is $recovery"
	[ "$(sm_uncount "$iqn")" = 0 ] || fail "sr-ref: $(cat "/run/sr-ref/$iqn")"
	sm_count "$iqn"
	# All that its own login would have brought.
	for number in 1 2 3; do
		iscsi_disk "$iqn" "$number" "${portals[0]}" >/dev/null || fail "LUN $number is no disk"
	done
	if [ -n "$multipath" ]; then
		[ "$(sessions)" = 2 ] || fail "$(sessions) sessions"
		wait_for multipath_has "$(lio_scsiid 0001)" 2 active
	else
		[ "$(sessions)" = 1 ] || fail "$(sessions) sessions"
	fi
	# A record of one portal would keep it from asking for the others.
	[ -z "$(find /etc/iscsi/nodes -type f 2>/dev/null)" ] || fail "a record stays"
	[ -z "$multipath" ] || multipath -F
	sm_detach "$iqn"
	nothing_left
	cp /tmp/iscsid.conf /etc/iscsi/iscsid.conf
	[ -z "$multipath" ] || multipathd_stop
	portals_down $kind
}

# It does so right after the login, while an old open-iscsi has brought all LUNs: it
# may be about to use one of these.
joins_with_all_luns() {
	local before
	portals_up tgt
	watch_iscsiadm
	cat >/tmp/call/hook <<-END
		case \$calls in
		1) sed -i /node.session.scan/d \$(find /etc/iscsi/nodes -type f) ;;
		2)
			until stat -c %i /sys/class/scsi_device/*:3/device >/tmp/call/lun; do sleep 0.1; done
			mkdir -p /run/sr-ref
			echo $sm_sr >>/run/sr-ref/$iqn
			;;
		esac
	END
	call tgt target="${portals[0]}"
	unwatch_iscsiadm
	resigned
	before=$(cat /tmp/call/lun)
	[ "$(stat -c %i /sys/class/scsi_device/*:3/device)" = "$before" ] || fail "the LUN went and came back"
	sm_detach "$iqn"
	nothing_left
	portals_down tgt
}

detach_when_counted() {
	wait_for grep -qs relvmoiscsi "/run/sr-ref/$iqn"
	sm_detach "$iqn"
	# We count.
	iscsi_session "$iqn" >/tmp/session.kept
}

# The storage manager detaches while we use its session, and leaves it to us.
detached_meanwhile() {
	serve tgt 512 127.0.0.1:3260
	host_state >/tmp/before
	iscsi_login "$iqn" 127.0.0.1
	sm_count "$iqn"
	detach_when_counted &
	call tgt
	wait $! || fail "it did not see us"
	resigned
	[ -s /tmp/session.kept ] || fail "the session went while we used it"
	wait_for no_session
	iscsiadm -m node -T "$iqn" -o delete
	state_kept /tmp/before
	serve_end tgt
}

# A name server that does not answer: its packets go nowhere.
silent_names_up() {
	modprobe dummy numdummies=0
	ip link add silent type dummy
	ip link set silent up
	ip addr add 192.0.2.54/24 dev silent
	cp "$(realpath /etc/resolv.conf)" /tmp/resolv.conf || :
	rm -f /etc/resolv.conf
	echo 'nameserver 192.0.2.53' >/etc/resolv.conf
}

silent_names_down() {
	rm -f /etc/resolv.conf
	cp /tmp/resolv.conf /etc/resolv.conf 2>/dev/null || :
	ip link del silent
}

# As long as the program runs: whether it holds the lock while a socket of it
# waits for a name server.
watch_lock() {
	local inode
	set +eE
	trap - ERR
	inode=$(stat -c %i /run/lock/sm/iscsiadm/isciadm_running)
	until pgrep -xo RELVMoISCSISR >/dev/null; do pause 0.01; done
	while pgrep -xo RELVMoISCSISR >/dev/null; do
		if grep -q ":$inode " /proc/locks; then
			echo held
			! grep -q ' 350200C0:0035 ' /proc/net/udp || echo "asks for a name"
		fi
		pause 0.01
	done >/tmp/lock.seen
}

names_before_lock() {
	local watcher
	serve tgt 512 127.0.0.1:3260
	silent_names_up
	watch_lock &
	watcher=$!
	call tgt target=127.0.0.1,a.example.net,b.example.net
	wait "$watcher" || :
	silent_names_down
	resigned
	grep -q held /tmp/lock.seen || fail "the lock was not seen"
	! grep -q asks /tmp/lock.seen || fail "the lock is held while names are resolved"
	serve_end tgt
}

# iscsid hangs, and carries the login out when nobody waits for it any more.
iscsid_hangs() {
	serve tgt 512 127.0.0.1:3260
	host_state >/tmp/before
	pkill -STOP -x iscsid
	call tgt
	pkill -CONT -x iscsid
	[[ $answer == fault* && $answer != "$success" ]] || fail "$answer"
	untouched
	wait_for iscsi_session "$iqn"
	call tgt
	resigned
	state_kept /tmp/before
	serve_end tgt
}

# Killed with our settings in a record that is the host's.
killed_in_login() {
	local record
	serve tgt 512 127.0.0.1:3260
	iscsi_record "$iqn" 127.0.0.1 node.session.auth.username=host node.session.scan=auto
	record=$(find /etc/iscsi/nodes -type f)
	cp "$record" /tmp/record
	host_state >/tmp/before
	watch_iscsiadm
	# shellcheck disable=SC2016 # expanded by the hook
	after_call 1 'kill -KILL "$PPID"'
	! (call tgt) || fail "it was not killed"
	cmp -s "$record" /tmp/record && fail "it was killed too late"
	unwatch_iscsiadm
	untouched
	call tgt
	resigned
	cmp "$record" /tmp/record
	state_kept /tmp/before
	iscsiadm -m node -T "$iqn" -o delete
	serve_end tgt
}

# A run that was killed has left a LUN behind, which the next one takes away, unless
# somebody has come to use it.
left_by_the_dead() {
	local disk session
	serve tgt 512 127.0.0.1:3260
	iscsi_login "$iqn" 127.0.0.1
	sm_count "$iqn"
	disk=$(iscsi_disk "$iqn" 3)
	session=$(echo /sys/class/iscsi_session/session*)
	dmsetup create user --table "0 8 linear /dev/$disk 0"
	for _ in "in use" "in use no more"; do
		echo "$(cat /proc/sys/kernel/random/uuid) relvmoiscsi 4194305 1" \
			"l${session##*session}:3 ." >>"/run/sr-ref/$iqn"
		call tgt
		resigned
		! grep -q relvmoiscsi "/run/sr-ref/$iqn" || fail "$(cat "/run/sr-ref/$iqn")"
		[ -e /sys/block/"$disk" ] || break
		dmsetup info user >/dev/null 2>&1 || fail "the LUN stays"
		dmsetup remove user
	done
	! dmsetup info user >/dev/null 2>&1 || fail "a LUN in use was taken away"
	sm_detach "$iqn"
	iscsiadm -m node -T "$iqn" -o delete
	nothing_left
	serve_end tgt
}

# As the storage manager starts it.
iscsid_started() {
	serve tgt 512 127.0.0.1:3260
	host_state >/tmp/before
	call tgt
	resigned
	good_result
	iscsid_answers || fail "iscsid does not run"
	iscsid_stop
	state_kept /tmp/before
	serve_end tgt
}

# open-iscsi would cut the blank off, and the login be refused for no reason that
# anybody sees.
blank_at_an_end() {
	serve tgt 512 127.0.0.1:3260
	serve_chap tgt user "$1"
	host_state >/tmp/before
	call tgt chapuser=user chappassword="$1"
	[[ $answer == *'chappassword begins or ends with a blank'* ]] || fail "$answer"
	state_kept /tmp/before
	untouched
	initiator=libiscsi
	call tgt chapuser=user chappassword="$1"
	resigned
	state_kept /tmp/before
	serve_end tgt
}

run_test "an SR attached by another portal" other_portal newer
run_test "an SR attached by another portal, older open-iscsi" other_portal older
run_test "a LUN that the host has is reached without a login" looked_through
run_test "our session becomes the storage manager's" inherited ''
run_test "our session becomes the storage manager's, multipath" inherited yes
run_test "our session becomes the storage manager's, which has all LUNs" joins_with_all_luns
run_test "the storage manager detaches meanwhile" detached_meanwhile
run_test "names that do not resolve, and the lock" names_before_lock
run_test "iscsid hangs" iscsid_hangs
run_test "killed in the moment of the login" killed_in_login
run_test "a LUN that a killed run has left" left_by_the_dead
iscsid_stop
iscsid_stays=
run_test "iscsid does not run" iscsid_started
iscsid_stay
run_test "a secret that begins with a blank" blank_at_an_end ' leading123456'
run_test "a secret that ends with a blank" blank_at_an_end 'trailing123456 '
finish
