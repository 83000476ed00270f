# SPDX-License-Identifier: LGPL-2.1-only
# shellcheck shell=bash
#
# A private tgtd on loopback, for tests and the demo. To be sourced:
#
#   tgt_start DIR               starts it; its socket and log go into DIR.
#                               Sets TGT_PORT, the portal's port.
#   tgt_target TID IQN          adds a target that any initiator may use
#   tgt_lun TID LUN IMAGE [name=value ...]
#                               adds an image file as a LUN; values such as
#                               scsi_id, scsi_sn, vendor_id, product_id,
#                               readonly, and blocksize. scsi_id=HEX gives the
#                               LUN the SCSIid that tgt_scsiid HEX prints (tgt
#                               makes its NAA designator of these digits)
#   tgt_scsiid HEX
#   tgt_chap TID USER PASSWORD           the initiator must prove itself
#   tgt_chap_outgoing TID USER PASSWORD  the target proves itself, too
#   tgt_sessions TID            prints how many sessions the target has
#   tgt_stop                    ends it and removes what it left
#
# Needs root (tgtd locks its memory). Any number may run at once: each has its
# own control socket and a port of its own. DIR keeps the log. TGT_THREADS: the
# threads of each LUN; tgtd has 16, which for 1,000 LUNs are 16,000.

tgt_admin() {
	TGT_IPC_SOCKET="$TGT_DIR/socket" tgtadm -C 0 --lld iscsi "$@"
}

# One try at one port; tgtd tells by its exit, or by answering, which it was.
tgt_try() {
	local i

	TGT_IPC_SOCKET="$TGT_DIR/socket" tgtd -f -C 0 \
		${TGT_THREADS:+-t "$TGT_THREADS"} \
		--iscsi portal="127.0.0.1:$TGT_PORT" \
		>>"$TGT_DIR/tgtd.log" 2>&1 </dev/null &
	TGT_PID=$!
	for ((i = 0; i < 500; i++)); do
		kill -0 "$TGT_PID" 2>/dev/null || return 1
		if tgt_admin --mode portal --op show 2>/dev/null |
			grep -q "127.0.0.1:$TGT_PORT"; then
			return 0
		fi
		sleep 0.01
	done
	return 1
}

tgt_start() {
	local try

	TGT_DIR=$1
	for ((try = 0; try < 20; try++)); do
		TGT_PORT=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
		if tgt_try; then
			return 0
		fi
		tgt_stop
	done
	echo "tgtd does not start, see $TGT_DIR/tgtd.log" >&2
	return 1
}

tgt_stop() {
	[ -n "${TGT_PID-}" ] || return 0
	kill -KILL "$TGT_PID" 2>/dev/null
	wait "$TGT_PID" 2>/dev/null
	rm -f "$TGT_DIR"/socket.*
	TGT_PID=
}

tgt_target() {
	tgt_admin --mode target --op new --tid "$1" --targetname "$2" &&
		tgt_admin --mode target --op bind --tid "$1" \
			--initiator-address ALL
}

tgt_lun() {
	local tid=$1 lun=$2 image=$3 value
	local blocksize=()
	local params=()

	shift 3
	for value in "$@"; do
		case $value in
		blocksize=*) blocksize=(--blocksize "${value#*=}") ;;
		*) params+=("$value") ;;
		esac
	done
	tgt_admin --mode logicalunit --op new --tid "$tid" --lun "$lun" \
		--backing-store "$image" "${blocksize[@]}" || return
	for value in "${params[@]}"; do
		tgt_admin --mode logicalunit --op update --tid "$tid" \
			--lun "$lun" --params "$value" || return
	done
}

tgt_scsiid() {
	printf '36%31s\n' "$1" | tr ' ' 0
}

tgt_chap() {
	tgt_admin --mode account --op new --user "$2" --password "$3" &&
		tgt_admin --mode account --op bind --tid "$1" --user "$2"
}

tgt_chap_outgoing() {
	tgt_admin --mode account --op new --user "$2" --password "$3" &&
		tgt_admin --mode account --op bind --tid "$1" --user "$2" \
			--outgoing
}

tgt_sessions() {
	tgt_admin --mode conn --op show --tid "$1" | grep -c '^Session'
}

# In the test host LIO can take its place.
# shellcheck source=/dev/null
[ -z "${TGT_LIKE-}" ] || . "$TGT_LIKE"
