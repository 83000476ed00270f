#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# test_clients.sh BUILD AUDIT: what CloudStack, XenCenter and Xen Orchestra do
# with a clone, call by call, in their order, with their own search strings.
#
# Sources: apache/cloudstack CitrixResourceBase.java (getIscsiSR,
# probeScisiId, resignatureIscsiSr, introduceAndPlugIscsiSr); xenserver/xenadmin
# SrIScsi.cs (GetIqnsAction, GetLunsAction) and SR.cs (ParseSRListXML);
# vatesfr/xen-orchestra api/sr.mjs (probeIscsiIqns, probeIscsiLuns,
# probeIscsiExists).

# shellcheck disable=SC2317 # functions that `check` calls
set -u
# shellcheck source=tests/driver/lib.sh
. "$(dirname "$0")/../driver/lib.sh"
# shellcheck source=tests/xapi/lib.sh
. "$(dirname "$0")/lib.sh"

driver_begin "$@"
standin_begin xs1 xs2 || exit
long_ago="2001-01-01 00:00:00"

golden single-vhd "$WORK/original"
for i in cloudstack xencenter orchestra; do
	clone "$WORK/original" "$WORK/$i"
done
truncate -s 64M "$WORK/empty"
touch -d "$long_ago" "$WORK"/{xencenter,orchestra,empty}
tgt_target 1 "$IQN"
tgt_lun 1 1 "$WORK/original" scsi_id="$(lun_serial 1)"
tgt_lun 1 2 "$WORK/cloudstack" scsi_id="$(lun_serial 2)"
tgt_lun 1 3 "$WORK/xencenter" scsi_id="$(lun_serial 3)"
tgt_lun 1 4 "$WORK/orchestra" scsi_id="$(lun_serial 4)"
tgt_lun 1 5 "$WORK/empty" scsi_id="$(lun_serial 5)"
tgt_target 2 "$IQN.chap"
tgt_lun 2 2 "$WORK/cloudstack" scsi_id="$(lun_serial 2)"
tgt_chap 2 initiator s3cretone123

is()
{
	[[ $1 == "$2" ]] || { echo "'$1', not '$2'"; return 1; }
}

# The failure's code, and its third parameter.
code()
{
	sed -n 's/^Error code: //p' "$WORK/xe.err"
}

detail()
{
	sed -n '/^Error parameters: /,$p' "$WORK/xe.err" |
		sed '1s/^Error parameters: , .*, \(<?xml\)/\1/'
}

# Java's text.substring(text.indexOf(BEGIN) + length, text.indexOf(END)).trim()
between()
{
	local text=$1 begin=$2 end=$3

	text=${text#*"$begin"}
	text=${text%%"$end"*}
	text=${text#"${text%%[![:space:]]*}"}
	printf '%s' "${text%"${text##*[![:space:]]}"}"
}

# --- CloudStack ------------------------------------------------------------

# device_config as CloudStack makes it; the port is this machine's.
CONFIG=()

cloudstack_begin()
{
	CONFIG=(device-config:target=127.0.0.1
		device-config:targetIQN="$1"
		device-config:port="$PORTAL_PORT")
	[[ $# -eq 1 ]] || CONFIG+=(device-config:chapuser="$2"
		device-config:chappassword="$3")
}

cloudstack_create()
{
	xe sr-create type="$1" name-label=label name-description=label \
		content-type=user shared=true physical-size=0 "${CONFIG[@]}"
}

# probeScisiId: SR.create without an SCSIid fails with 107. errmsg.split("<LUN>")
cloudstack_find()
{
	local errmsg rest lun=

	cloudstack_create "$1" && return 1
	errmsg=$(<"$WORK/xe.err")
	[[ $errmsg == *SR_BACKEND_FAILURE_107* ]] || {
		echo "$errmsg"
		return 1
	}
	rest=${errmsg#*<LUN>}
	while [[ $rest != "$lun" ]]; do
		lun=${rest%%<LUN>*}
		rest=${rest#*<LUN>}
		if [[ $(between "$lun" "<LUNid>" "</LUNid>") == "$2" ]]; then
			between "$lun" "<SCSIid>" "</SCSIid>" >"$WORK/scsiid"
			return
		fi
	done
	return 1
}

# result.indexOf("<UUID>"), trimmed, 36 characters; else it formats the LUN.
cloudstack_probe()
{
	local result uuid=

	xe sr-probe type=lvmoiscsi "${CONFIG[@]}" || return
	result=$(<"$WORK/xe.out")
	[[ $result != *"<UUID>"* ]] ||
		uuid=$(between "$result" "<UUID>" "</UUID>")
	[[ ${#uuid} -eq 36 ]] || return
	echo "$uuid" >"$WORK/uuid"
}

# e.toString().contains("successfully resigned"), and a failure it must be
cloudstack_resign()
{
	! cloudstack_create relvmoiscsi &&
		grep -q "successfully resigned" "$WORK/xe.err"
}

cloudstack_attach()
{
	local uuid host

	uuid=$(<"$WORK/uuid")
	xe sr-introduce uuid="$uuid" name-label=label type=lvmoiscsi \
		name-description=label content-type=user shared=true || return
	xe host-list params=uuid --minimal
	for host in $(tr ',' ' ' <"$WORK/xe.out"); do
		xe pbd-create sr-uuid="$uuid" host-uuid="$host" \
			"${CONFIG[@]}" || return
		xe pbd-plug uuid="$(<"$WORK/xe.out")" || {
			cat "$WORK/xe.err"
			return 1
		}
	done
}

# XenServerStorageProcessor's resignature wants exactly one VDI.
cloudstack_vdi()
{
	local uuid

	uuid=$(<"$WORK/uuid")
	xe sr-scan uuid="$uuid" &&
		is "$(records vdi-list sr-uuid="$uuid")" 1
}

cloudstack()
{
	local name=$1 lunid=$2 before

	shift 2
	cloudstack_begin "$@"
	check "CloudStack$name: finds the driver" eval 'xe sm-list &&
		grep -q "resigning of duplicates" "$WORK/xe.out"'
	check "CloudStack$name: finds the SCSIid by the LUN's number" \
		cloudstack_find lvmoiscsi "$lunid"
	check "CloudStack$name: which is the right one" \
		is "$(<"$WORK/scsiid")" "$(lun_id "$lunid")"
	CONFIG+=(device-config:SCSIid="$(<"$WORK/scsiid")")
	check "CloudStack$name: probes the clone" cloudstack_probe
	before=$(<"$WORK/uuid")
	check "CloudStack$name: resigns it" cloudstack_resign
	check "CloudStack$name: probes again" cloudstack_probe
	check "CloudStack$name: another SR" test "$before" != "$(<"$WORK/uuid")"
	check "CloudStack$name: introduces it, with a PBD a host" \
		cloudstack_attach
	check "CloudStack$name: finds its one VDI" cloudstack_vdi
	check "CloudStack$name: has formatted nothing" \
		test ! -e "$WORK/formatted"
}

# --- XenCenter -------------------------------------------------------------
# It parses ErrorDescription[3] with a DOM, and takes the elements by name.

untouched()
{
	local image

	for image in "$@"; do
		[[ $(stat -c %y "$WORK/$image") == "$long_ago"* ]] || {
			echo "$image was written to"
			return 1
		}
	done
}

# xencenter_create KEY=VALUE…: "XenCenter temporary" names, as it makes them
xencenter_create()
{
	local pair keys=()

	for pair in target=127.0.0.1 port="$PORTAL_PORT" "$@"; do
		keys+=("device-config:$pair")
	done
	xe sr-create type=relvmoiscsi name-label="__gui__" \
		content-type=user shared=true physical-size=0 "${keys[@]}"
}

xpath()
{
	detail | xmllint --xpath "$1" - 2>&1
}

# index, ipaddress, port, targetiqn of every TGT
xencenter_iqns()
{
	xencenter_create && return 1
	is "$(code)" SR_BACKEND_FAILURE_96 &&
		is "$(xpath 'count(/iscsi-target-iqns/TGT)')" 3 &&
		is "$(xpath 'string(/iscsi-target-iqns/TGT[1]/TargetIQN)')" \
			"$IQN" &&
		is "$(xpath 'string(/iscsi-target-iqns/TGT[1]/Index)')" 0 &&
		is "$(xpath 'string(/iscsi-target-iqns/TGT[1]/IPAddress)')" \
			127.0.0.1 &&
		is "$(xpath 'string(/iscsi-target-iqns/TGT[1]/Port)')" \
			"$PORTAL_PORT" &&
		is "$(xpath 'string(/iscsi-target-iqns/TGT[3]/TargetIQN)')" '*'
}

# vendor, serial, lunid, size, scsiid of every LUN; it takes 87 and 107
xencenter_luns()
{
	xencenter_create targetIQN="$1" && return 1
	is "$(code)" SR_BACKEND_FAILURE_107 &&
		is "$(xpath 'count(/iscsi-target/LUN)')" 5 &&
		is "$(xpath 'string(/iscsi-target/LUN[LUNid="3"]/SCSIid)')" \
			"$(lun_id 3)" &&
		is "$(xpath 'string(/iscsi-target/LUN[LUNid="3"]/size)')" \
			"$(stat -c %s "$WORK/xencenter")" &&
		is "$(xpath 'string(/iscsi-target/LUN[LUNid="3"]/vendor)')" IET
}

# ParseSRListXML: every element SR; of each uuid and size, whatever their case
probe_of()
{
	xe sr-probe type=relvmoiscsi device-config:target=127.0.0.1 \
		device-config:port="$PORTAL_PORT" \
		device-config:targetIQN="$IQN" device-config:SCSIid="$1"
}

srs()
{
	xmllint --xpath "$1" "$WORK/xe.out" 2>&1
}

xencenter_probe()
{
	probe_of "$(lun_id 3)" || { cat "$WORK/xe.err"; return 1; }
	is "$(srs 'count(//value)')" 0 && is "$(srs 'count(//SR)')" 1 &&
		is "$(srs "count(//SR/*[translate(name(), 'UID', 'uid')='uuid'])")" 1 &&
		is "$(srs "count(//SR/*[translate(name(), 'SIZE', 'size')='size'])")" 1 &&
		is "$(srs 'string(//SR/UUID)')" "$original" &&
		[[ $(srs 'string(//SR/size)') =~ ^[0-9]+$ ]]
}

# What it asks its user by: no SR on the LUN.
xencenter_probe_of_empty()
{
	probe_of "$(lun_id 5)" && is "$(srs 'count(//SR)')" 0
}

xencenter_resign()
{
	xencenter_create targetIQN="$IQN" SCSIid="$(lun_id 3)" && return 1
	is "$(code)" SR_BACKEND_FAILURE_1 &&
		grep -q "successfully resigned" "$WORK/xe.err"
}

xencenter()
{
	check "XenCenter: the IQNs" xencenter_iqns
	check "XenCenter: the LUNs of one" xencenter_luns "$IQN"
	check "XenCenter: the SR on one" xencenter_probe
	check "XenCenter: no SR on another" xencenter_probe_of_empty
	check "XenCenter: nothing is written until then" \
		untouched xencenter orchestra empty
	check "XenCenter: no SR, PBD or secret is left of it" no_more_records
	check "XenCenter: resigns it" xencenter_resign
	check "XenCenter: finds the new SR" xencenter_finds_new
}

xencenter_finds_new()
{
	probe_of "$(lun_id 3)" &&
		[[ $(srs 'string(//SR/UUID)') =~ ^[0-9a-f-]{36}$ &&
			$(srs 'string(//SR/UUID)') != "$original" ]]
}

# Those that CloudStack's first run has left: an SR, a PBD for each host.
no_more_records()
{
	is "$(records sr-list) $(records pbd-list)" "1 2"
}

# --- Xen Orchestra ---------------------------------------------------------
# It only probes, and takes IPAddress for an address like the user's.

orchestra_probe()
{
	local pair keys=()

	for pair in target=127.0.0.1 port="$PORTAL_PORT" "$@"; do
		keys+=("device-config:$pair")
	done
	xe sr-probe type=relvmoiscsi "${keys[@]}"
}

orchestra_iqns()
{
	orchestra_probe && return 1
	is "$(code)" SR_BACKEND_FAILURE_96 && is "$(xpath \
		"count(//TGT[normalize-space(IPAddress)='127.0.0.1'])")" 3
}

orchestra_luns()
{
	orchestra_probe targetIQN="$IQN" && return 1
	is "$(code)" SR_BACKEND_FAILURE_107 &&
		is "$(xpath "count(//LUN[vendor and LUNid and SCSIid])")" 5
}

orchestra_exists()
{
	orchestra_probe targetIQN="$IQN" SCSIid="$(lun_id 4)" &&
		is "$(srs 'normalize-space(/SRlist/SR/UUID)')" "$original"
}

# --- what sr_probe tells beyond lvmoiscsi ----------------------------------

tells()
{
	probe_of "$(lun_id "$1")" || { cat "$WORK/xe.err"; return 1; }
	is "$(srs 'string(//SR/known-to-xapi)'), $(srs 'string(//SR/lun-is)')" \
		"$2"
}

record_original()
{
	xe sr-introduce uuid="$original" type=lvmoiscsi name-label=original \
		shared=true && xe host-list name-label=xs1 params=uuid --minimal &&
		xe pbd-create sr-uuid="$original" \
			host-uuid="$(<"$WORK/xe.out")" \
			device-config:SCSIid="$(lun_id 1)"
}

beyond()
{
	check "probe: a pool that knows neither" tells 4 "false, unknown"
	check "the original is introduced" record_original
	check "probe: the original, detached" tells 1 "true, original"
	check "probe: its clone" tells 4 "true, clone"
	check "probe: what CloudStack has attached" tells 2 "true, original"
	check "probe: what was resigned" tells 3 "false, unknown"
	clone "$WORK/original" "$WORK/again"
	tgt_admin --mode logicalunit --op delete --tid 2 --lun 2
	tgt_admin --mode logicalunit --op delete --tid 1 --lun 2
	tgt_lun 1 2 "$WORK/again" scsi_id="$(lun_serial 2)"
	check "probe: a clone on a LUN that another SR is recorded with" \
		tells 2 "true, recorded as another SR's"
}

no_secret()
{
	! grep -q s3cret "$STANDIN_LOG" "$WORK"/xe.*
}

probe_of "$(lun_id 1)"
original=$(srs 'string(//SR/UUID)')
cloudstack "" 2 "$IQN"
xencenter
check "Xen Orchestra: the IQNs" orchestra_iqns
check "Xen Orchestra: the LUNs" orchestra_luns
check "Xen Orchestra: the SR" orchestra_exists
beyond
clone "$WORK/original" "$WORK/chap"
tgt_lun 2 6 "$WORK/chap" scsi_id="$(lun_serial 6)"
cloudstack ", with CHAP" 6 "$IQN.chap" initiator s3cretone123
check "passwords are nowhere in clear" no_secret
driver_end
