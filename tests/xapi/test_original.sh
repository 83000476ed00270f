#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# test_original.sh BUILD AUDIT: the program itself, in a pool that knows the
# original: it is refused however it is recorded, without one write; its clone
# is resigned. What a proxy has counted on the way is the witness.

# shellcheck disable=SC2317 # functions that `check` calls
set -u
# shellcheck source=tests/driver/lib.sh
. "$(dirname "$0")/../driver/lib.sh"
# shellcheck source=tests/xapi/lib.sh
. "$(dirname "$0")/lib.sh"

proxy_pid=

driver_clean_up()
{
	[[ -z $proxy_pid ]] || kill -KILL "$proxy_pid" 2>/dev/null
	standin_stop
}

driver_begin "$@"
standin_begin xs1 xs2 || exit
original_id=$(lun_id 1)
clone_id=$(lun_id 2)
# The stand-in's hosts have this one in their other_config.
host1_name=iqn.2024-01.test:host1

golden snapshots "$WORK/original"
clone "$WORK/original" "$WORK/clone"
clone "$WORK/original" "$WORK/pristine"
tgt_target 1 "$IQN"
tgt_lun 1 1 "$WORK/original" scsi_id="$(lun_serial 1)"
tgt_lun 1 2 "$WORK/clone" scsi_id="$(lun_serial 2)"
tgt_target 2 "$IQN.other"
tgt_lun 2 1 "$WORK/original" scsi_id="$(lun_serial 1)"
tgt_target 3 "$IQN.host1"
tgt_admin --mode target --op unbind --tid 3 --initiator-address ALL
tgt_admin --mode target --op bind --tid 3 --initiator-name "$host1_name"
tgt_lun 3 1 "$WORK/clone" scsi_id="$(lun_serial 2)"
tgt_target 4 "$IQN.chap"
tgt_lun 4 1 "$WORK/clone" scsi_id="$(lun_serial 2)"
tgt_chap 4 user s3cretone123

xe host-list name-label=xs1 params=uuid --minimal
host1=$(<"$WORK/xe.out")
xe host-list name-label=xs2 params=uuid --minimal
host2=$(<"$WORK/xe.out")

proxy_start()
{
	: >"$WORK/proxy"
	"$TOOLS/iscsi_proxy" "$PORTAL_PORT" "$@" >"$WORK/proxy" &
	proxy_pid=$!
	until [[ -s $WORK/proxy ]]; do
		kill -0 "$proxy_pid" || return
		sleep 0.01
	done
}

# A proxy that nobody has come to still waits.
proxy_stop()
{
	local i

	for ((i = 0; i < 100; i++)); do
		[[ $(wc -l <"$WORK/proxy") -eq 1 ]] || break
		sleep 0.01
	done
	kill -KILL "$proxy_pid" 2>/dev/null
	wait "$proxy_pid" 2>/dev/null
	proxy_pid=
}

create()
{
	proxy_start || return
	create_through_proxy "$@"
	proxy_stop
}

create_through_proxy()
{
	local id=$1 iqn=$2

	shift 2
	xe sr-create type=relvmoiscsi name-label=x shared=true \
		device-config:target=127.0.0.1 \
		device-config:port="$(head -n 1 "$WORK/proxy")" \
		device-config:targetIQN="$iqn" device-config:SCSIid="$id" \
		device-config:signs_of_life=ignore "$@"
}

# The original's PBD is made, and is to be plugged, while the first write is on its
# way: xapi has said by then that nobody has the LUN. The plug does not come
# through: the LUN is reserved.
attach_meanwhile()
{
	local pid i

	proxy_start hold:1:"$WORK/held" || return
	(
		mkdir "$WORK/late"
		ln -s "$WORK/xe" "$WORK/proxy" "$WORK/late"
		WORK=$WORK/late
		create_through_proxy "$original_id" "$IQN" \
			device-config:localIQN="$INITIATOR"
	) &
	pid=$!
	for ((i = 0; i < 1000; i++)); do
		[[ ! -e $WORK/held ]] || break
		sleep 0.01
	done
	record "$host2" device-config:SCSIid="$original_id"
	xe pbd-plug uuid="$PBD"
	rm -f "$WORK/held"
	wait "$pid"
	proxy_stop
}

# The array maps the original to the clone's number while the first write is on
# its way: label, headers and ring are the same.
remap_meanwhile()
{
	local pid i

	proxy_start hold:1:"$WORK/held" || return
	(
		mkdir "$WORK/remap"
		ln -s "$WORK/xe" "$WORK/proxy" "$WORK/remap"
		WORK=$WORK/remap
		create_through_proxy "$clone_id" "$IQN" \
			device-config:localIQN="$INITIATOR"
	) &
	pid=$!
	for ((i = 0; i < 1000; i++)); do
		[[ ! -e $WORK/held ]] || break
		sleep 0.01
	done
	tgt_admin --mode logicalunit --op delete --tid 1 --lun 2 &&
		tgt_lun 1 2 "$WORK/original" scsi_id="$(lun_serial 1)"
	rm -f "$WORK/held"
	wait "$pid"
	proxy_stop
}

# Cuts the connection later and later, until a resign is committed by then.
interrupt_after_commit()
{
	local n

	for ((n = 25; n < 60; n++)); do
		proxy_start cut:"$n" || return
		create_through_proxy "$clone_id" "$IQN" \
			device-config:localIQN="$INITIATOR"
		proxy_stop
		! grep -q "is committed but not finished" "$WORK/xe.err" ||
			return 0
	done
	return 1
}

# refused CODE PATTERN: and the target has seen no write. xapi has a sentence of
# its own for 16, and our words are in SMlog only; here, in the stand-in's log.
refused()
{
	if ! tail -n 1 "$STANDIN_LOG" | grep "fault $1 .*$2" >/dev/null; then
		tail -n 1 "$STANDIN_LOG"
		return 1
	fi
	if [[ $1 -eq 16 ]] && ! grep -q "device underlying the SR is in use" \
		"$WORK/xe.err"; then
		cat "$WORK/xe.err"
		return 1
	fi
	! grep -E '^(WRITE|COMPARE|RESERVE|SCSI_)|^written [1-9]' "$WORK/proxy" &&
		same "$WORK/pristine" "$WORK/original"
}

# The label and the header of the metadata area; and all behind that area.
but_for_the_ring()
{
	cmp -n 4608 "$WORK/pristine" "$WORK/original" &&
		cmp -i 11534336 "$WORK/pristine" "$WORK/original"
}

resigned_by_xe()
{
	grep -q "^Error parameters: , .*successfully resigned" "$WORK/xe.err" ||
		{ cat "$WORK/xe.err"; return 1; }
}

never_reached()
{
	[[ $(wc -l <"$WORK/proxy") -eq 1 ]] || cat "$WORK/proxy"
}

was_read()
{
	grep -q '^READ' "$WORK/proxy" || { cat "$WORK/proxy"; return 1; }
}

# record HOST [KEY=VALUE…]: the original's SR and a PBD; sets PBD.
record()
{
	xe sr-introduce uuid="$original" type=lvmoiscsi name-label=original \
		shared=true content-type=user
	xe pbd-create sr-uuid="$original" host-uuid="$1" \
		device-config:target=127.0.0.1 \
		device-config:port="$PORTAL_PORT" \
		device-config:targetIQN="$IQN" "${@:2}" || cat "$WORK/xe.err"
	PBD=$(<"$WORK/xe.out")
}

forget()
{
	xe pbd-unplug uuid="$PBD"
	xe sr-forget uuid="$original"
}

xe sr-probe type=lvmoiscsi device-config:target=127.0.0.1 \
	device-config:port="$PORTAL_PORT" device-config:targetIQN="$IQN" \
	device-config:SCSIid="$original_id"
original=$(xmllint --xpath 'normalize-space(//UUID)' "$WORK/xe.out")
check "the original's SR is known" test ${#original} -eq 36

record "$host2" device-config:SCSIid="$original_id"
xe pbd-plug uuid="$PBD"
create "$original_id" "$IQN"
check "attached on another host: 16" refused 16 \
	"attached as SR 'original' ($original) on host 'xs2'"
check "nobody has logged in for that" never_reached
create "$original_id" "$IQN.other"
check "behind another target's name: 16" refused 16 "attached as SR"
create "$clone_id" "$IQN" device-config:localIQN="$INITIATOR"
check "its clone is resigned meanwhile" resigned_by_xe
check "the original is untouched" same "$WORK/pristine" "$WORK/original"

xe pbd-unplug uuid="$PBD"
create "$original_id" "$IQN"
check "detached, but recorded: 16" refused 16 \
	"no clone but the LUN of SR 'original' ($original)\|recorded as the LUN"
forget
record "$host1" device-config:LUNid=1
create "$original_id" "$IQN" device-config:localIQN="$INITIATOR"
check "recorded without an SCSIid: 16" refused 16 \
	"does not record which SCSIid"
check "which only the LUN could tell" was_read
forget

attach_meanwhile
check "recorded between xapi's word and the commit: 16" grep -q \
	"fault 16 .*the LUN is unchanged.*LUN of SR 'original'" \
	<(tail -n 3 "$STANDIN_LOG")
check "and nothing is changed but unused ring space" but_for_the_ring
clone "$WORK/pristine" "$WORK/original"
forget

clone "$WORK/pristine" "$WORK/clone"
remap_meanwhile
check "another LUN at this number right before the commit: 16" grep -q \
	"fault 16 .*the LUN is unchanged.*mapped another LUN to this number" \
	<(tail -n 3 "$STANDIN_LOG") || tail -n 2 "$STANDIN_LOG"
check "and nothing of that is changed but unused ring space" but_for_the_ring
clone "$WORK/pristine" "$WORK/original"
tgt_admin --mode logicalunit --op delete --tid 1 --lun 2
tgt_lun 1 2 "$WORK/clone" scsi_id="$(lun_serial 2)"

clone "$WORK/pristine" "$WORK/clone"
check "a resign is cut short after its commit" interrupt_after_commit
record "$host1" device-config:LUNid=2
create "$clone_id" "$IQN" device-config:localIQN="$INITIATOR"
check "it is not completed where the SR has no SCSIid on record: 16" refused \
	16 "not completed now: .*does not record which SCSIid"
forget
create "$clone_id" "$IQN" device-config:localIQN="$INITIATOR"
check "and is, when that SR is forgotten" resigned_by_xe

clone "$WORK/pristine" "$WORK/clone"
create "$clone_id" "$IQN.host1"
check "the host logs in by the name that xapi has for it" resigned_by_xe
clone "$WORK/pristine" "$WORK/clone"
create "$clone_id" "$IQN.chap" device-config:chapuser=user \
	device-config:chappassword=s3cretone123
check "a password that xapi keeps as a secret" resigned_by_xe
check "of which nothing is left" test "$(records secret-list)" = 0
create "$clone_id" "$IQN.chap" device-config:chapuser=user \
	device-config:chappassword=s3cretbad123
check "a wrong password" refused 68 "authentication"
check "of which nothing is left either" test "$(records secret-list)" = 0
create "$clone_id" "$IQN.chap" device-config:chapuser=user \
	device-config:chappassword_secret="$(xapi_uuid)"
check "a secret that xapi does not have: xapi says so itself" grep -q -x \
	"type: secret" "$WORK/xe.err"

# xapi's own sessions end with it; the program is then asked by nobody.
call_lun "$original_id"
check "a session that xapi does not know: 150" \
	grep -q "^fault 150 .*SESSION_INVALID" <<<"$ANSWER"
standin_stop
call_lun "$original_id"
check "xapi is gone: 150" grep -q "^fault 150 " <<<"$ANSWER"
check "and the original untouched" same "$WORK/pristine" "$WORK/original"
driver_end
