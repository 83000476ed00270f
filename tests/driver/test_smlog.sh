#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# test_smlog.sh BUILD: what stands in SMlog, and what does not: syslog's local2,
# lines as the storage manager writes them, one a step, the identifiers old and
# new. No password and no session reference is in it, nor in what `ps` shows, nor
# on stderr.

# shellcheck disable=SC2317 # functions that `check` calls
set -u
# shellcheck source=tests/driver/lib.sh
. "$(dirname "$0")/lib.sh"

program_pid=
fake_pid=

driver_clean_up()
{
	local pid

	for pid in $SMLOG_PID $program_pid $fake_pid; do
		kill -KILL "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
}

driver_begin "$@"

set_up()
{
	golden snapshots "$WORK/original"
	clone "$WORK/original" "$WORK/clone"
	truncate -s 64M "$WORK/empty"
	tgt_target 1 "$IQN"
	tgt_lun 1 1 "$WORK/clone" scsi_id="$(lun_serial 1)"
	tgt_lun 1 2 "$WORK/empty" scsi_id="$(lun_serial 2)"
	tgt_chap 1 initiator s3cretone123
	tgt_chap_outgoing 1 array s3crettwo456
	smlog_begin "$PROGRAM" "$WORK/RELVMoISCSISR"
	PROGRAM=$WORK/RELVMoISCSISR
}

ask()
{
	: >"$SMLOG"
	call "$1" target=127.0.0.1 port="$PORTAL_PORT" localIQN="$INITIATOR" \
		chapuser=initiator chappassword=s3cretone123 \
		incoming_chapuser=array incoming_chappassword=s3crettwo456 \
		"${@:2}"
	# The listener may be a moment behind.
	for _ in {1..100}; do
		! grep -q "answered after" "$SMLOG" || break
		sleep 0.02
	done
	cat "$SMLOG" >>"$WORK/all"
	cat "$WORK/stdout" "$WORK/stderr" >>"$WORK/answers"
}

# logged PRIORITY PATTERN: one line has it
logged()
{
	grep -qE "^local2\.$1: SM: \[[0-9]+\] $2" "$SMLOG" || {
		cat "$SMLOG"
		return 1
	}
}

# Every line is SM's, and of the one process.
well_formed()
{
	local bad

	bad=$(grep -vE '^local2\.(err|warning|info): SM: \[[0-9]+\] [ -~]+$' \
		"$SMLOG")
	[[ -z $bad && $(sed 's/.*SM: \(\[[0-9]*\]\).*/\1/' "$SMLOG" |
		sort -u | wc -l) -eq 1 ]] || { cat "$SMLOG"; return 1; }
}

# xapi_call's session reference; host and SR have the same here.
silent()
{
	! grep -E "s3cret|OpaqueRef|a0e7d7b6" "$WORK/all" "$WORK/answers"
}

told_lines()
{
	local vdi

	logged info "relvmoiscsi [0-9.]+: sr_create, SR $XAPI_SR_UUID" &&
		logged info "sr_create: resigning LUN $(lun_id 1) of $IQN" &&
		logged info "SCSIid $(lun_id 1) is LUN 1" &&
		logged info "SR $(jq -r .sr_uuid "$json") -> $XAPI_SR_UUID" &&
		logged info "answered after [0-9]+ ms" || return
	for vdi in $(jq -r '.vdis[].uuid' "$json"); do
		logged info "VDI $vdi -> [0-9a-f-]{36}" || return
	done
}

tells_durations()
{
	local step

	for step in "connected to $IQN" "read: [0-9]+ volumes" \
		"planned: [0-9]+ VDIs get new uuids" committed \
		"applied, read back and checked" disconnected; do
		logged info "$step, in [0-9]+ ms\$" || return
	done
}

# What any user can see of the process (and its children, if it had any) while
# it waits for a target that never answers. Before it has begun the arguments
# are xapi's doing.
hidden_from_ps()
{
	local port i pid seen

	"$BUILD/tests/iscsi/fake_target" silent >"$WORK/fake" &
	fake_pid=$!
	until [[ -s $WORK/fake ]]; do sleep 0.01; done
	port=$(<"$WORK/fake")
	RELVMOISCSI_CONF=$CONF "$BUILD/RELVMoISCSISR" "$(xapi_call sr_create target=127.0.0.1 \
		port="$port" targetIQN="$IQN" SCSIid="$(lun_id 1)" \
		localIQN="$INITIATOR" chapuser=initiator \
		chappassword=s3cretone123)" >/dev/null 2>&1 &
	program_pid=$!
	for ((i = 0; i < 500; i++)); do
		grep -q ":$(printf %04X "$port") 01 " /proc/net/tcp && break
		sleep 0.01
	done
	seen=$(for pid in $program_pid \
		$(<"/proc/$program_pid/task/$program_pid/children"); do
		tr '\0' '\n' <"/proc/$pid/cmdline"
	done)
	kill -KILL "$program_pid" "$fake_pid"
	[[ $seen == *RELVMoISCSISR* && $seen != *s3cret* &&
		$seen != *OpaqueRef* ]] || { cut -c -200 <<<"$seen"; return 1; }
}

# What xapi drops the text of.
told_not_offered()
{
	local command

	for command in sr_delete sr_attach sr_detach sr_scan sr_update \
		sr_content_type vdi_create vdi_delete vdi_attach vdi_detach \
		vdi_activate vdi_deactivate vdi_snapshot vdi_clone vdi_resize \
		vdi_introduce vdi_update; do
		ask "$command"
		logged info "relvmoiscsi [0-9.]+: $command, " &&
			logged err "fault 202: .*$command.*lvmoiscsi" &&
			well_formed || return
	done
}

json=$driver_here/../golden/snapshots.json
set_up

ask sr_probe targetIQN="$IQN" SCSIid="$(lun_id 1)"
check "sr_probe: answered" answered
check "sr_probe: what it has found" logged info \
	"SCSIid $(lun_id 1) holds SR $(jq -r .sr_uuid "$json"), 3 VDIs, 2 "
check "sr_probe: form" well_formed
ask sr_create targetIQN="$IQN" SCSIid="$(lun_id 2)"
check "a LUN without an SR: why" logged err "fault 202: .*no LVM label"
ask sr_create targetIQN="$IQN" SCSIid="$(lun_id 9)"
check "an SCSIid that is not there: why" logged err "fault 107: "
ask sr_create targetIQN="$IQN"
check "the list of LUNs: how many" logged info "2 LUNs to choose from"
ask sr_create
check "the list of targets: how many" logged info "discovery: 1 targets"
ask sr_create targetIQN="$IQN" chappassword=s3cretbad123 \
	SCSIid="$(lun_id 1)"
check "a wrong password: why" logged err "fault 68: .*authentication"
ask sr_create targetIQN="$IQN" unknown=s3cretvalue \
	SCSIid="$(lun_id 2)"
check "an unknown key is told, not its value" logged warning \
	"device_config: unknown key unknown is ignored"
check "all that, without a password" silent
check "what is not offered: told" told_not_offered
ask sr_create targetIQN="$IQN" SCSIid="$(lun_id 1)" unknown=1
check "a resign: success" resigned
check "a resign: each step, ids old and new" told_lines
check "a resign: how long each step took" tells_durations
check "a resign: form" well_formed
check "no password, no session reference, nowhere" silent
check "no password in ps" hidden_from_ps
driver_end
