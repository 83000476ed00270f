#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# test_resign.sh BUILD: the program as xapi runs it resigns clones of real
# SRs, served by a real target beside their originals. The real lvm2 and an
# independent reader judge the results.

# shellcheck disable=SC2317 # functions that `check` calls
set -u
# shellcheck source=tests/driver/lib.sh
. "$(dirname "$0")/lib.sh"

driver_begin "$@"
clone_id=$(lun_id 2)

# serve TID IQN NAME: both as LUNs of one target, as an array would.
serve()
{
	golden "$3" "$WORK/$3.original"
	clone "$WORK/$3.original" "$WORK/$3.clone"
	clone "$WORK/$3.original" "$WORK/$3.pristine"
	tgt_target "$1" "$2"
	tgt_lun "$1" 1 "$WORK/$3.original" scsi_id="$(lun_serial 1)"
	tgt_lun "$1" 2 "$WORK/$3.clone" scsi_id="$(lun_serial 2)"
}

# lvm2 goes on with the result as with any VG.
grows()
{
	(
		LVM_WORLD=
		trap lvm_end EXIT
		mkdir "$WORK/grow" && lvm_begin "$WORK/grow" &&
			lvm_attach result "$1" &&
			LVM_EXPECTED=" not zeroed\.$" lvm_run lvcreate -qq -an \
				--wipesignatures n -Zn -l 1 -n grown \
				"VG_XenStorage-$2" && lvm_run vgck
	)
}

resign_golden()
{
	local name=$1 tid=$2 first again IQN=$IQN.$1

	serve "$tid" "$IQN" "$name"
	first=$XAPI_SR_UUID
	call_lun "$clone_id" initiator=libiscsi
	check "$name: resigned" resigned || return
	check "$name: no session is left" no_session "$tid"
	check "$name: lvm2 and the audit agree" audited "$first" \
		"$WORK/$name.pristine" "$WORK/$name.clone"
	check "$name: the original is untouched" same \
		"$WORK/$name.pristine" "$WORK/$name.original"

	# The answer was lost, and the call comes again.
	clone "$WORK/$name.clone" "$WORK/$name.before"
	call_lun "$clone_id" initiator=libiscsi
	check "$name: the same call again" resigned
	check "$name: ... writes nothing" same "$WORK/$name.before" \
		"$WORK/$name.clone"

	# Clones of clones, and clones of originals resigned before.
	clone "$WORK/$name.clone" "$WORK/$name.before"
	again=$(xapi_uuid)
	XAPI_SR_UUID=$again
	call_lun "$clone_id" initiator=libiscsi resign=true
	check "$name: resigned again" resigned
	check "$name: lvm2 and the audit agree with that" audited "$again" \
		"$WORK/$name.before" "$WORK/$name.clone"
	check "$name: and beside the first original" audited "$again" \
		"$WORK/$name.original" "$WORK/$name.clone"
	clone "$WORK/$name.clone" "$WORK/grown"
	check "$name: lvcreate on the result" grows "$WORK/grown" "$again"
	check "$name: no session is left after all" no_session "$tid"
	rm -r "$WORK/grown" "$WORK/grow"
}

# One way to call it: another clone each time, and a new uuid.
resign_one()
{
	local name=$1

	shift
	XAPI_SR_UUID=$(xapi_uuid)
	clone "$WORK/single-vhd.clone" "$WORK/single-vhd.before"
	call_lun "$clone_id" "$@"
	check "$name: resigned" resigned &&
		check "$name: audit" audited "$XAPI_SR_UUID" \
			"$WORK/single-vhd.before" "$WORK/single-vhd.clone"
	check "$name: no session is left" no_session 1 3 4
}

resign_golden single-vhd 1
resign_golden snapshots 2

# The clone of single-vhd once more, behind CHAP.
tgt_target 3 "$IQN.oneway"
tgt_lun 3 2 "$WORK/single-vhd.clone" scsi_id="$(lun_serial 2)"
tgt_chap 3 initiator s3cretone123
tgt_target 4 "$IQN.mutual"
tgt_lun 4 2 "$WORK/single-vhd.clone" scsi_id="$(lun_serial 2)"
tgt_chap 4 initiator4 's3cret<&">one'
tgt_chap_outgoing 4 array s3crettwo456

IQN=$IQN.single-vhd
resign_one "host name" target=localhost
resign_one "several targets" target=127.0.0.1,localhost
resign_one "all keys of lvmoiscsi" multihomed=true multiSession= \
	usediscoverynumber=1 LUNid=7 allocation=thick unknownkey=1
IQN=${IQN/single-vhd/oneway}
resign_one "CHAP" chapuser=initiator chappassword=s3cretone123
IQN=${IQN/oneway/mutual}
resign_one "CHAP both ways, odd characters" chapuser=initiator4 \
	'chappassword=s3cret<&">one' incoming_chapuser=array \
	incoming_chappassword=s3crettwo456

# ---- portals in turn, and the LUN's number ----

# The same target at another portal, which does not serve the LUN so: TRAIT...
other_portal()
{
	: >"$WORK/port"
	"$BUILD/tests/iscsi/fake_target" luns:2 "$@" naa:"${clone_id#3}" \
		>"$WORK/port" &
	OTHER_PID=$!
	until [[ -s $WORK/port ]]; do
		sleep 0.01
	done
	OTHER_PORT=$(<"$WORK/port")
}

driver_clean_up()
{
	[[ -z ${OTHER_PID-} ]] || kill -KILL "$OTHER_PID" 2>/dev/null
}

# resign_by NAME TRAIT...: by the second portal, for the first is no good.
resign_by()
{
	local name=$1

	shift
	other_portal "$@"
	clone "$WORK/portal.original" "$WORK/single-vhd.clone"
	XAPI_SR_UUID=$(xapi_uuid)
	call_lun "$clone_id" port="$OTHER_PORT" \
		multihomelist="127.0.0.1:$PORTAL_PORT"
	check "first portal $name, the second is taken" resigned
	check "first portal $name: lvm2 and the audit agree" audited \
		"$XAPI_SR_UUID" "$WORK/portal.original" "$WORK/single-vhd.clone"
	kill -KILL "$OTHER_PID"
	wait "$OTHER_PID" 2>/dev/null
	OTHER_PID=
}

clone "$WORK/single-vhd.pristine" "$WORK/portal.original"
IQN=${IQN/mutual/single-vhd}
resign_by "in standby" path:02040b
resign_by "in standby, which tells its size" path-read:02040b
resign_by "unavailable" path:02040c
resign_by "of the other controller (RDAC)" path:059401
resign_by "which does not know us" status:0202
resign_by "which hangs up" drop
resign_by "with a broken medium" medium
resign_by "which is busy for ever" busy:999
resign_by "which answers short" quiet-short
resign_by "without this LUN" naa:60000000000000000000000000000bad

# counted [KEY=VALUE…]: the clone, resigned through what counts the commands.
counted()
{
	clone "$WORK/portal.original" "$WORK/single-vhd.clone"
	: >"$WORK/proxy"
	"$TOOLS/iscsi_proxy" "$PORTAL_PORT" >"$WORK/proxy" &
	OTHER_PID=$!
	until [[ -s $WORK/proxy ]]; do
		sleep 0.01
	done
	XAPI_SR_UUID=$(xapi_uuid)
	call_lun "$clone_id" port="$(<"$WORK/proxy")" "$@"
	wait "$OTHER_PID"
	OTHER_PID=
}

# at_most N WHAT
at_most()
{
	local n

	n=$(sed -n "s/^$2 //p" "$WORK/proxy")
	[[ -n $n && $n -le $1 ]] || {
		cat "$WORK/proxy"
		return 1
	}
}

# A LUN more than the one that is wanted is a command more.
counted
check "beside its original: resigned" resigned
check "beside its original: 31 commands" at_most 31 commands
check "beside its original: 20 round trips" at_most 20 rounds

for ((n = 3; n <= 60; n++)); do
	tgt_lun 1 "$n" "$WORK/single-vhd.original" scsi_id="$(lun_serial "$n")"
done
counted LUNid=2
check "LUNid: resigned" resigned
check "LUNid: 38 commands among 60 LUNs" at_most 38 commands
clone "$WORK/portal.original" "$WORK/single-vhd.clone"
call_lun "$clone_id" LUNid=17
check "a wrong LUNid: the SCSIid counts" resigned

driver_end
