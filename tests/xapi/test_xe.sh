#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# test_xe.sh BUILD AUDIT: the README's commands, typed into xe: what the user
# sees, and what xapi has recorded after it.

# shellcheck disable=SC2317 # functions that `check` calls
set -u
# shellcheck source=tests/driver/lib.sh
. "$(dirname "$0")/../driver/lib.sh"
# shellcheck source=tests/xapi/lib.sh
. "$(dirname "$0")/lib.sh"

driver_begin "$@"
standin_begin xs1 xs2 || exit
original_id=$(tgt_scsiid 0001)
clone_id=$(tgt_scsiid 0002)

golden single-vhd "$WORK/original"
clone "$WORK/original" "$WORK/clone"
clone "$WORK/original" "$WORK/pristine"
truncate -s 64M "$WORK/empty"
tgt_target 1 "$IQN"
tgt_lun 1 1 "$WORK/original" scsi_id=0001
tgt_lun 1 2 "$WORK/clone" scsi_id=0002
tgt_lun 1 3 "$WORK/empty" scsi_id=0003
tgt_target 2 "$IQN.chap"
tgt_lun 2 1 "$WORK/clone" scsi_id=0002
tgt_chap 2 initiator s3cretone123

# keys SCSIID [TARGET_IQN]: the device_config of a LUN
keys()
{
	echo device-config:target=127.0.0.1 \
		device-config:port="$PORTAL_PORT" \
		device-config:targetIQN="${2:-$IQN}" \
		device-config:SCSIid="$1" device-config:localIQN="$INITIATOR"
}

# An sr-create of our type; keys are words, none with a blank.
create()
{
	# shellcheck disable=SC2046
	xe sr-create type=relvmoiscsi name-label=clone shared=true $(keys "$1") \
		device-config:initiator=libiscsi "${@:2}"
}

# said STATUS: what xe has printed; its words on stderr are $1.
said()
{
	[[ ! -s $WORK/xe.out ]] || { cat "$WORK/xe.out"; return 1; }
	diff "$WORK/xe.err" <(printf '%s\n' "$1")
}

resigned_by_xe()
{
	said "Error code: SR_BACKEND_FAILURE_1
Error parameters: , Error reporting error, unknown key The SR has been \
successfully resigned. Use the lvmoiscsi type to attach it, "
}

failed_with()
{
	[[ ! -s $WORK/xe.out ]] || return
	if ! grep -q -x "Error code: SR_BACKEND_FAILURE_$1" "$WORK/xe.err" ||
		! grep -q "^Error parameters: , .*$2" "$WORK/xe.err"; then
		cat "$WORK/xe.err"
		return 1
	fi
}

# The uuid that a LUN's SR has now, by the lvmoiscsi type's probe.
probe()
{
	# shellcheck disable=SC2046
	xe sr-probe type=lvmoiscsi $(keys "$1") || return
	xmllint --xpath 'normalize-space(//UUID)' "$WORK/xe.out"
}

is()
{
	[[ $1 == "$2" ]] || { echo "'$1', not '$2'"; return 1; }
}

driver_is_listed()
{
	xe sm-list && grep "resigning of duplicates" "$WORK/xe.out" &&
		grep "^ *type ( RO): relvmoiscsi$" "$WORK/xe.out"
}

attach()
{
	local pbd host=$1 uuid=$2

	# shellcheck disable=SC2046
	xe pbd-create sr-uuid="$uuid" host-uuid="$host" $(keys "$3" "${@:4:1}") \
		"${@:5}" || { cat "$WORK/xe.err"; return 1; }
	pbd=$(<"$WORK/xe.out")
	xe pbd-plug uuid="$pbd" || { cat "$WORK/xe.err"; return 1; }
	xe pbd-list uuid="$pbd" params=currently-attached --minimal
	is "$(<"$WORK/xe.out")" true
}

introduce()
{
	xe sr-introduce uuid="$1" type=lvmoiscsi name-label="$2" shared=true \
		content-type=user && is "$(<"$WORK/xe.out")" "$1"
}

cannot_attach()
{
	! attach "$@" >/dev/null
}

attach_with_password()
{
	xe host-list name-label=xs2 params=uuid --minimal
	attach "$(<"$WORK/xe.out")" "$1" "$clone_id" "$IQN.chap" \
		device-config:chapuser=initiator \
		device-config:chappassword=s3cretone123 &&
		xe pbd-list params=device-config &&
		grep -q "chappassword_secret: " "$WORK/xe.out"
}

# The uuids of an SR's VDIs, by a scan.
vdis()
{
	xe sr-scan uuid="$1" || { cat "$WORK/xe.err"; return 1; }
	xe vdi-list sr-uuid="$1" params=uuid --minimal
	cat "$WORK/xe.out"
}

one_vdi_each()
{
	local a b

	a=$(vdis "$1")
	b=$(vdis "$2")
	[[ ${#a} -eq 36 && ${#b} -eq 36 && $a != "$b" ]] || {
		echo "$a and $b"
		return 1
	}
}

no_trace()
{
	is "$(records sr-list)$(records pbd-list)$(records secret-list)" 000
}

no_secret()
{
	! grep -q s3cret "$STANDIN_LOG" "$WORK/xe.err" "$WORK/xe.out"
}

check "sm-list shows the driver's name, as CloudStack looks for it" \
	driver_is_listed

# Whatever its VDIs: no uuid of theirs is looked up.
few_questions()
{
	[[ $1 -gt 0 && $1 -le 12 ]] && ! grep VDI "$STANDIN_CALLS" || {
		cat "$STANDIN_CALLS"
		return 1
	}
}

: >"$STANDIN_CALLS"
create "$clone_id" device-config:resign=true
asked=$(wc -l <"$STANDIN_CALLS")
check "a resign asks xapi $asked times" few_questions "$asked"
check "sr-create tells the success" resigned_by_xe
check "and no SR, PBD or secret is left of it" no_trace
new=$(probe "$clone_id")
old=$(probe "$original_id")
check "the probe finds a new SR" test -n "$new" -a "$new" != "$old"
check "which is the original's but for its identifiers" audited "$new" \
	"$WORK/pristine" "$WORK/clone"
check "the original is untouched" same "$WORK/pristine" "$WORK/original"

xe host-list name-label=xs1 params=uuid --minimal
host=$(<"$WORK/xe.out")
check "the original can be introduced" introduce "$old" original
check "and attached" attach "$host" "$old" "$original_id"
check "the clone can be introduced beside it" introduce "$new" clone
check "and attached" attach "$host" "$new" "$clone_id"
check "each has its one VDI, and they differ" one_vdi_each "$old" "$new"
check "an SR is attached only if it is on the LUN" \
	grep -q "sr_attach: status 0, 0 bytes on stderr, value: nil" \
	"$STANDIN_LOG"

stranger=$(xapi_uuid)
check "a third SR can be introduced" introduce "$stranger" stranger
check "but is not on this LUN" \
	cannot_attach "$host" "$stranger" "$clone_id"
check "and xe says so" failed_with 47 "no such volume group"

create "$(tgt_scsiid 0003)"
check "a LUN without an SR: 202" failed_with 202 "opterr="
create "$(tgt_scsiid 0009)"
check "a SCSIid of no LUN: 107" failed_with 107 "SCSIid"
xe sr-create type=relvmoiscsi name-label=x
check "no target: 95" failed_with 95 "target"
xe sr-create type=nonsense name-label=x
check "a type that no driver has" said \
	"The SR could not be connected because the driver was not recognised.
driver: nonsense"
xe sr-create type=relvmoiscsi
check "no name-label" said "Required parameter not found: name-label
For usage run: 'xe help'"

xe secret-create value=s3cretone123
check "a secret can be made" test -s "$WORK/xe.out"
check "passwords are kept as secrets" attach_with_password "$new"
check "and nowhere in clear" no_secret
driver_end
