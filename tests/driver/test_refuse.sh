#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# test_refuse.sh BUILD: whatever is wrong with the call, the way or the LUN, the
# program says so with the storage manager's number for it, logs out, and no
# LUN of the target is written to.
#
# That a LUN is not written to is told by its file's time, which is set long ago
# first: a write of the same bytes would show, too. In the end all are compared.

# shellcheck disable=SC2317 # functions that `check` calls
set -u
# shellcheck source=tests/driver/lib.sh
. "$(dirname "$0")/lib.sh"

driver_begin "$@"
long_ago="2001-01-01 00:00:00"
images=()

# lun NUMBER IMAGE [VALUE…]: serves $WORK/IMAGE; its SCSIid is $(lun_id NUMBER).
lun()
{
	clone "$WORK/$2" "$WORK/$2.pristine"
	touch -d "$long_ago" "$WORK/$2"
	images+=("$2")
	tgt_lun 1 "$1" "$WORK/$2" scsi_id="$(lun_serial "$1")" "${@:3}"
}

# u64 IMAGE BYTE: a little-endian number
u64()
{
	od -A n -t u8 -j "$2" -N 8 "$WORK/$1" | tr -d ' '
}

# damage IMAGE BYTE: flips the lowest bit of one byte
damage()
{
	local value

	value=$(od -A n -t u1 -j "$2" -N 1 "$WORK/$1")
	printf '%b' "\\x$(printf '%x' $((value ^ 1)))" |
		dd of="$WORK/$1" bs=1 seek="$2" conv=notrunc status=none
}

set_up()
{
	local area=4096 text

	golden single-vhd "$WORK/clone"
	for i in foreign-vg filesystem gpt exported-vg; do
		golden "neg-$i" "$WORK/$i"
	done
	truncate -s 64M "$WORK/empty"
	truncate -s 4096 "$WORK/tiny"
	text=$(u64 clone $((area + 40)))
	for i in label header text readonly; do
		clone "$WORK/clone" "$WORK/$i"
	done
	damage label $((512 + 40))
	damage header $((area + 30))
	damage text $((area + text + 200))

	tgt_target 1 "$IQN"
	lun 1 clone
	lun 2 empty
	lun 3 foreign-vg
	lun 4 filesystem
	lun 5 gpt
	lun 6 label
	lun 7 header
	lun 8 text
	lun 9 readonly readonly=1
	lun 10 exported-vg
	lun 11 tiny
	tgt_target 2 "$IQN.oneway"
	tgt_lun 2 1 "$WORK/clone" scsi_id="$(lun_serial 1)"
	tgt_chap 2 initiator s3cretone123
	tgt_target 3 "$IQN.mutual"
	tgt_lun 3 1 "$WORK/clone" scsi_id="$(lun_serial 1)"
	tgt_chap 3 initiator3 s3cretone123
	tgt_chap_outgoing 3 array s3crettwo456
}

# 83, 96 and 107 list what there is on stderr, as XML (test_lists.sh).
stderr_allowed()
{
	[[ -s $WORK/stderr && $ANSWER =~ ^fault\ (83|96|107)\  ]] || return 0
	xmllint --noout "$WORK/stderr" && : >"$WORK/stderr"
}

untouched()
{
	local image

	for image in "${images[@]}"; do
		[[ $(stat -c %y "$WORK/$image") == "$long_ago"* ]] || {
			echo "$image was written to"
			return 1
		}
	done
}

silent_about_secrets()
{
	! grep -l s3cret "$WORK/stdout" "$WORK/stderr"
}

refused()
{
	stderr_allowed && answered && untouched && no_session 1 2 3 &&
		silent_about_secrets || return
	[[ $ANSWER =~ ^fault\ $1\ .*$2 ]] || { echo "$ANSWER"; return 1; }
}

# Each calls, then expects: NAME CODE PATTERN CALL…
expect()
{
	local name=$1 code=$2 pattern=$3

	"${@:4}"
	check "$name: $code" refused "$code" "$pattern"
}

# A call for the clone with these keys instead of the usual.
with()
{
	call_lun "$(lun_id 1)" "$@"
}

# … with no others: NAME CODE PATTERN KEY=VALUE…
bare()
{
	expect "$1" "$2" "$3" call sr_create localIQN="$INITIATOR" "${@:4}"
}

# The clone's call, changed by sed.
edited()
{
	call_raw "$(xapi_call sr_create target=127.0.0.1 port="$PORTAL_PORT" \
		targetIQN="$IQN" SCSIid="$(lun_id 1)" localIQN="$INITIATOR" |
		sed -e "$1")"
}

without()
{
	XAPI_OMIT=$1
	call_lun "$(lun_id 1)"
	XAPI_OMIT=
}

# A host that has no initiator name: its file is hidden.
without_initiator_name()
{
	local program=$PROGRAM hide=

	[[ ! -d /etc/iscsi ]] ||
		hide='mount -t tmpfs none /etc/iscsi || exit 9;'
	cat >"$WORK/nameless" <<-END
		#!/bin/bash
		exec unshare -m bash -c '$hide exec "\$@"' - "$program" "\$1"
	END
	chmod +x "$WORK/nameless"
	PROGRAM=$WORK/nameless
	call sr_create target=127.0.0.1 port="$PORTAL_PORT" targetIQN="$IQN" \
		SCSIid="$(lun_id 1)"
	PROGRAM=$program
}

refuse_luns()
{
	expect "empty LUN" 202 "General backend error .opterr=.+" \
		call_lun "$(lun_id 2)"
	expect "foreign VG" 202 "VG vg_data is not an SR" call_lun "$(lun_id 3)"
	expect "filesystem" 202 "opterr=.*" call_lun "$(lun_id 4)"
	expect "GPT" 202 "opterr=.*" call_lun "$(lun_id 5)"
	expect "damaged label" 202 "opterr=.*" call_lun "$(lun_id 6)"
	expect "damaged mda_header" 202 "opterr=.*" call_lun "$(lun_id 7)"
	expect "damaged VG text" 202 "opterr=.*" call_lun "$(lun_id 8)"
	expect "write-protected LUN" 202 "write-protected" call_lun "$(lun_id 9)"
	expect "exported VG" 202 "opterr=.*" call_lun "$(lun_id 10)"
	expect "LUN of 4 KiB" 202 "opterr=.*" call_lun "$(lun_id 11)"
}

refuse_configs()
{
	local portal=(target=127.0.0.1 port="$PORTAL_PORT")
	local all=("${portal[@]}" targetIQN="$IQN" SCSIid="$(lun_id 1)")
	local no_host

	# A label of 64 bytes: no resolver has to be asked.
	no_host=$(printf '%064d' 0 | tr 0 x)
	bare "nothing" 95 "target"
	bare "no target" 95 "target" "${all[@]:1}"
	bare "empty target" 95 "target" target= "${all[@]:1}"
	bare "no targetIQN" 96 "targetIQN" "${portal[@]}" "${all[3]}"
	bare "no targetIQN, no SCSIid" 96 "targetIQN" "${portal[@]}"
	bare "targetIQN not offered" 83 "no target" "${portal[@]}" \
		targetIQN="$IQN.x" "${all[3]}"
	bare "no SCSIid" 107 "SCSIid" "${all[@]:0:3}"
	bare "empty SCSIid" 107 "SCSIid" "${all[@]:0:3}" SCSIid=
	bare "SCSIid of no LUN" 107 "$(lun_id 1)" "${all[@]:0:3}" \
		SCSIid="$(lun_id 99)"
	bare "part of an SCSIid" 107 "SCSIid" "${all[@]:0:3}" SCSIid=36
	bare "LUNid is no SCSIid" 107 "SCSIid" "${all[@]:0:3}" LUNid=1
	bare "nothing listens" 141 "127.0.0.1" "${all[@]}" port=1
	bare "no such host" 140 "" "${all[@]}" target="$no_host"
	for port in 0 65536 -1 3260x 1e3 99999999999999999999; do
		bare "port $port" 142 "port" "${all[@]}" port=$port
	done
	bare "unknown initiator" 202 "initiator.*pigeon.*libiscsi" \
		"${all[@]}" initiator=pigeon
	bare "unknown snapshots" 202 "snapshots.*burn" "${all[@]}" \
		snapshots=burn
	expect "empty localIQN" 97 "localIQN" call sr_create "${all[@]}" \
		localIQN=
	expect "no initiator name" 97 "initiatorname" without_initiator_name
}

refuse_logins()
{
	local IQN=$IQN.oneway

	expect "no CHAP where it is wanted" 68 "CHAP" with
	expect "wrong CHAP password" 68 "authentication" with \
		chapuser=initiator chappassword=s3cretbad123
	expect "wrong CHAP user" 68 "authentication" with \
		chapuser=nobody chappassword=s3cretone123
	expect "CHAP user, no password" 202 "chappassword" with \
		chapuser=initiator
	IQN=${IQN/oneway/mutual}
	expect "wrong incoming CHAP password" 68 "incoming CHAP" with \
		chapuser=initiator3 chappassword=s3cretone123 \
		incoming_chapuser=array incoming_chappassword=s3cretbad456
}

refuse_requests()
{
	local kib100 kib50

	expect "empty argument" 143 "" call_raw ""
	expect "words" 143 "" call_raw "sr_create now"
	expect "cut in the middle" 143 "" edited 's/<struct>.*//'
	expect "another tag at the end" 143 "" edited 's/methodCall>$/call>/'
	expect "document type" 143 "" edited \
		's/^/<!DOCTYPE methodCall [<!ENTITY a "b">]>/'
	expect "device_config is a string" 143 "device_config" edited \
		's|\(device_config</name><value>\)<struct>.*SRmaster.*\(session_ref\)|\1x</value></member><member><name>\2|'
	expect "a number in device_config" 143 "port" edited \
		's|\(<name>port</name><value>\)[0-9]*|\1<int>3260</int>|'
	expect "sr_uuid is a number" 143 "sr_uuid" edited \
		's|\(<name>sr_uuid</name><value>\)[^<]*|\1<int>5</int>|'
	expect "args is a string" 143 "args" edited \
		's|<array>.*</array>|x|'
	expect "another command within" 143 "command" edited \
		's|\(<name>command</name><value>\)sr_create|\1sr_delete|'
	expect "two parameters" 143 "parameter" edited \
		's|</params>|<param><value>x</value></param></params>|'
	expect "no device_config" 143 "device_config" without device_config
	expect "no sr_uuid" 143 "sr_uuid" without sr_uuid
	XAPI_SR_UUID=not-a-uuid expect "sr_uuid is no uuid" 143 "sr_uuid" with

	expect "the host is not the master" 58 "must come from master" edited \
		's|\(<name>SRmaster</name><value>\)true|\1false|'

	kib100=$(printf "%0102400d" 0 | tr 0 9)
	kib50=${kib100:51200}
	XAPI_SR_UUID=$kib100 expect "sr_uuid of 100 KiB" 143 "sr_uuid" with
	expect "target of 100 KiB" 140 "" with target="$kib100"
	expect "port of 100 KiB" 142 "port" with port="$kib100"
	expect "targetIQN of 100 KiB" 96 "targetIQN" with targetIQN="$kib100"
	expect "SCSIid of 100 KiB" 107 "SCSIid" with SCSIid="$kib100"
	expect "localIQN of 100 KiB" 97 "localIQN" with localIQN="$kib100"
	expect "chappassword of 100 KiB" 202 "chappassword" with \
		chapuser=initiator chappassword="$kib100"
	expect "command of 50 KiB" 202 "" call "$kib50"
	expect "unknown key and value of 50 KiB, then as ever" 202 "opterr" \
		call_lun "$(lun_id 2)" "$kib50=$kib50"
}

all_the_same()
{
	local image

	for image in "${images[@]}"; do
		same "$WORK/$image" "$WORK/$image.pristine" || return
	done
}

# That a write would have been noticed.
notices_writes()
{
	call_lun "$(lun_id 1)"
	resigned && ! untouched >"$WORK/said" &&
		[[ $(<"$WORK/said") == "clone was written to" ]]
}

set_up
refuse_luns
refuse_configs
refuse_logins
refuse_requests
check "all LUNs are byte for byte what they were" all_the_same
check "the same target takes a good call" notices_writes
driver_end
