#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# attach.sh BUILD [PATTERN]: from a clone to an SR that this host uses, in one
# call: with real sessions, LUNs, devices and udev, and xapi's place taken by the
# stand-in. A host that has a session to the target already comes to see this one
# LUN, and nothing else; detach takes it away.
# shellcheck disable=SC2317 # run_test calls the functions
set -u

# shellcheck source=guest.sh
. "$(dirname -- "$0")/guest.sh"
# shellcheck source=lib/driver.sh
. "$host_dir/lib/driver.sh"
# shellcheck source=lib/sm.sh
. "$host_dir/lib/sm.sh"
# shellcheck source=../xapi/lib.sh
. "$host_tree/tests/xapi/lib.sh"

# shellcheck disable=SC2034 # of tests/xapi/lib.sh
pool_begin() {
	BUILD=$build
	PROGRAM=$program
	TOOLS=$build/tests/support
	WORK=/tmp/pool
	CONF=$WORK/conf
	rm -rf "$WORK"
	mkdir "$WORK"
	STANDIN_ENVIRONMENT=(HOST_LIB="$HOST_LIB" SM_SAID="$WORK/sm.said" HOME=/root)
	standin_begin xs1
	ln -sf "$host_dir/LVMoISCSISR" "$SM/LVMoISCSISR"
	ln -s "$program" "$PLUGINS/relvmoiscsi"
	xe host-list params=uuid --minimal
	host=$(<"$WORK/xe.out")
}

pool_end() {
	standin_stop || :
	rm -rf "$WORK"
}

# plugin FUNCTION [KEY=VALUE]...
plugin() {
	local function=$1 pair arguments=()
	shift
	for pair in "$@"; do arguments+=("args:$pair"); done
	xe host-call-plugin host-uuid="$host" plugin=relvmoiscsi fn="$function" \
		"${arguments[@]}" || fail "$function: $(cat "$WORK/xe.err" "$WORK/sm.said")"
}

# attach KIND [KEY=VALUE]...: resigns and attaches the clone.
attach() {
	local kind=$1
	shift
	plugin resign attach=true target=127.0.0.1 targetIQN="$iqn" \
		SCSIid="$("${kind}_scsiid" 0002)" localIQN=iqn.2024-01.test:resigner "$@"
	sr=$(jq -r .sr.uuid "$WORK/xe.out")
	[ "$(jq -r '[.hosts[] | "\(.name) \(.attached) \(.rescan)"] | join(",")' "$WORK/xe.out")" = \
		"xs1 true null" ] || fail "$(cat "$WORK/xe.out")"
}

detach() {
	plugin detach sr_uuid="$sr"
}

# What the host has beside what it had: "kind …", one a line.
came() {
	udevadm settle
	host_state >/tmp/now
	! diff /tmp/before /tmp/now | grep '^<' || fail "something has gone"
	diff /tmp/before /tmp/now | sed -n 's/^> //p' | grep "^$1 " || :
}

# Both SRs, each on its own disk, and LVM has nothing to say.
lvm_is_content() {
	vgs --noheadings -o vg_name >/tmp/vgs 2>/tmp/vgs.err
	[ ! -s /tmp/vgs.err ] || fail "vgs: $(cat /tmp/vgs.err)"
	grep -q "VG_XenStorage-$sr" /tmp/vgs || fail "LVM has not the new SR"
	[ "$(wc -l </tmp/vgs)" = "$1" ] || fail "$(cat /tmp/vgs)"
	[ ! -s "$WORK/sm.said" ] || fail "$(cat "$WORK/sm.said")"
}

# The host has an SR of this target attached; it comes to see the clone, and no
# other LUN.
beside_original() {
	local kind=$1 multipath=${2:-}
	serve "$kind" 512 127.0.0.1:3260
	[ -z "$multipath" ] || multipathd_start
	iscsi_login "$iqn" 127.0.0.1 node.session.scan=manual
	iscsi_scan "$iqn" 1
	iscsi_disk "$iqn" 1 >/dev/null
	sm_count "$iqn"
	vgchange -ay "$old_vg" >/dev/null 2>&1
	pool_begin
	udevadm settle
	host_state >/tmp/before
	attach "$kind"
	[ -z "$(came session)" ] || fail "a session more"
	[ "$(came scsi | wc -l)" = 1 ] || fail "not one LUN more: $(came scsi)"
	came scsi | grep -q ':0:2 sd' || fail "not the clone: $(came scsi)"
	came node | grep -q "scsi-$("${kind}_scsiid" 0002)" || fail "udev has no link"
	lvm_is_content 2
	# Once more: nothing comes.
	cp /tmp/now /tmp/once
	attach "$kind"
	state_kept /tmp/once
	# While somebody has it, it stays, and he is named.
	busy=$(came scsi)
	busy=${busy##* }
	exec 7<"/dev/${busy%% *}"
	xe host-call-plugin host-uuid="$host" plugin=relvmoiscsi fn=detach args:sr_uuid="$sr" &&
		fail "it was taken from somebody"
	grep -q "host 'xs1' keeps the LUN" "$WORK/xe.err" || fail "$(cat "$WORK/xe.err")"
	exec 7<&-
	detach
	state_kept /tmp/before
	pool_end
	vgchange -an "$old_vg" >/dev/null 2>&1
	sm_detach "$iqn"
	iscsiadm -m node -T "$iqn" -o delete
	[ -z "$multipath" ] || multipathd_stop
	serve_end "$kind"
}

# A LUN number that Linux has another one for.
flat() {
	serve tgt 512 127.0.0.1:3260
	tgt_lun_remove 1 2
	tgt_lun 1 300 /tmp/clone.img 512 0002
	iscsi_login "$iqn" 127.0.0.1 node.session.scan=manual
	sm_count "$iqn"
	pool_begin
	host_state >/tmp/before
	attach tgt
	came scsi | grep -q ':0:16684 sd' || fail "not LUN 300: $(came scsi)"
	lvm_is_content 1
	detach
	state_kept /tmp/before
	pool_end
	sm_detach "$iqn"
	iscsiadm -m node -T "$iqn" -o delete
	serve_end tgt
}

# The host has nothing of the target: the storage manager logs in.
alone() {
	local kind=$1
	serve "$kind" 512 127.0.0.1:3260
	pool_begin
	host_state >/tmp/before
	attach "$kind"
	[ "$(came session | wc -l)" = 1 ] || fail "no session"
	detach
	state_kept /tmp/before
	pool_end
	serve_end "$kind"
}

# What children are called with, while one resigns by the host's initiator.
chap() {
	serve tgt 512 127.0.0.1:3260
	serve_chap tgt user s3cretone123
	pool_begin
	watch_iscsiadm
	plugin resign target=127.0.0.1 targetIQN="$iqn" SCSIid="$(tgt_scsiid 0002)" \
		initiator=open-iscsi chapuser=user chappassword=s3cretone123
	unwatch_iscsiadm
	[ -s /tmp/call/list ] || fail "iscsiadm was not called"
	! grep -r s3cretone /tmp/call /etc/iscsi/nodes /run/sr-ref /run/lock \
		"$STANDIN_LOG" "$STANDIN_CALLS" "$WORK/xapi.state" "$WORK/xe.out" ||
		fail "the password is left"
	pool_end
	serve_end tgt
}

# rescan and release do nothing by themselves: an unresigned clone is not shown,
# and an SR that is attached, or is none of ours, is not taken away.
by_hand() {
	serve tgt 512 127.0.0.1:3260
	pool_begin
	iscsi_login "$iqn" 127.0.0.1 node.session.scan=manual
	host_state >/tmp/before
	! xe host-call-plugin host-uuid="$host" plugin=relvmoiscsi fn=rescan args:target=127.0.0.1 \
		args:targetIQN="$iqn" args:SCSIid="$(tgt_scsiid 0002)" || fail "a clone was shown"
	grep -q "is not being attached" "$WORK/xe.err" || fail "$(cat "$WORK/xe.err")"
	state_kept /tmp/before
	attach tgt
	host_state >/tmp/attached
	! xe host-call-plugin host-uuid="$host" plugin=relvmoiscsi fn=release args:sr_uuid="$sr" \
		args:targetIQN="$iqn" args:SCSIid="$(tgt_scsiid 0002)" || fail "an attached LUN was taken"
	grep -q "is not one that is being detached" "$WORK/xe.err" || fail "$(cat "$WORK/xe.err")"
	state_kept /tmp/attached
	detach
	wait_for not iscsi_session "$iqn"
	pool_end
	serve_end tgt
}

for kind in tgt lio; do
	run_test "$kind: beside the attached original" beside_original "$kind"
	run_test "$kind: a host without a session" alone "$kind"
done
run_test "beside the attached original, multipath" beside_original tgt yes
run_test "LUN 300, by flat addressing" flat
run_test "rescan and release by hand" by_hand
run_test "no password is left, nor in a child's arguments" chap
finish
