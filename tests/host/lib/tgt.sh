# SPDX-License-Identifier: LGPL-2.1-only
#
# The user-space target tgt. Its LUNs report, in VPD page 0x83, a T10 vendor
# designator (the parameter scsi_id) and two NAA ones, of which the second, type
# 6, is made of the hexadecimal digits in scsi_id; see tgt_scsiid.
# shellcheck shell=bash

tgt_pid=

# tgt_start [PORTAL]...: starts tgtd, on the given portals (ADDRESS:PORT) or on
# all addresses, port 3260.
tgt_start() {
	local portal list='' options=()
	for portal in "$@"; do
		list+=,portal=$portal
	done
	# All in one option: tgtd listens on the last such option's only.
	[ -z "$list" ] || options=(--iscsi "${list#,}")
	tgtd -f "${options[@]}" >/run/tgtd.log 2>&1 &
	tgt_pid=$!
	wait_for tgt_answers || { cat /run/tgtd.log >&2; return 1; }
}

tgt_answers() {
	tgtadm --op show --mode sys
}

# tgt_target TID IQN: open to every initiator.
tgt_target() {
	tgtadm --lld iscsi --op new --mode target --tid "$1" --targetname "$2" &&
		tgtadm --lld iscsi --op bind --mode target --tid "$1" --initiator-address ALL
}

# tgt_scsiid SERIAL: the SCSIid of a LUN that has this serial.
tgt_scsiid() {
	local zeros=0000000000000000000000000000000
	echo "36${zeros:${#1}}$1"
}

# tgt_lun TID LUN IMAGE [BLOCK_SIZE [SERIAL]]: LUN from 1 on (0 is tgt's
# controller). SERIAL is up to 31 lower-case hexadecimal digits.
tgt_lun() {
	tgtadm --lld iscsi --op new --mode logicalunit --tid "$1" --lun "$2" \
		--backing-store "$3" --blocksize "${4:-512}" || return
	[ -z "${5:-}" ] || tgtadm --lld iscsi --op update --mode logicalunit \
		--tid "$1" --lun "$2" --params "scsi_sn=$5,scsi_id=$5"
}

tgt_lun_remove() {
	tgtadm --lld iscsi --op delete --mode logicalunit --tid "$1" --lun "$2"
}

# tgt_chap TID USER PASSWORD [MUTUAL_USER MUTUAL_PASSWORD]
tgt_chap() {
	tgtadm --lld iscsi --op new --mode account --user "$2" --password "$3" &&
		tgtadm --lld iscsi --op bind --mode account --tid "$1" --user "$2" || return
	[ -n "${4:-}" ] || return 0
	tgtadm --lld iscsi --op new --mode account --user "$4" --password "$5" &&
		tgtadm --lld iscsi --op bind --mode account --tid "$1" --user "$4" --outgoing
}

# tgt_kill: the target dies without a word; sessions stay, and retry.
tgt_kill() {
	[ -n "$tgt_pid" ] || return 0
	kill -KILL "$tgt_pid" 2>/dev/null || :
	# Its status is that of a process killed, as we meant it.
	wait "$tgt_pid" 2>/dev/null || :
	tgt_pid=
}

# tgt_stop: after initiators have logged out.
tgt_stop() {
	tgt_kill
	rm -f /run/tgtd.log /run/tgtd/socket.* /var/run/tgtd.*
}
