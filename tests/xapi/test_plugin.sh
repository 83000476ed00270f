#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# test_plugin.sh BUILD: the plugin, called by xe through the stand-in for xapi:
# each function, its JSON against the schema, its failures; and relvm beside an
# xapi.

# shellcheck disable=SC2317 # functions that `check` calls
set -u
# shellcheck source=tests/driver/lib.sh
. "$(dirname "$0")/../driver/lib.sh"
# shellcheck source=tests/xapi/lib.sh
. "$(dirname "$0")/lib.sh"

driver_begin "$@"
# shellcheck source=tests/relvm/lib.sh
. "$(dirname "$0")/../relvm/lib.sh"
standin_begin xs1 || exit
ln -s "$BUILD/relvmoiscsi" "$PLUGINS/relvmoiscsi"
xe host-list name-label=xs1 params=uuid --minimal
host=$(<"$WORK/xe.out")
original_id=$(lun_id 1)
clone_id=$(lun_id 2)
url=iscsi://127.0.0.1:$PORTAL_PORT/$IQN

golden snapshots "$WORK/original"
clone "$WORK/original" "$WORK/clone"
clone "$WORK/original" "$WORK/pristine"
truncate -s 64M "$WORK/empty"
tgt_target 1 "$IQN"
tgt_lun 1 1 "$WORK/original" scsi_id="$(lun_serial 1)"
tgt_lun 1 2 "$WORK/clone" scsi_id="$(lun_serial 2)"
tgt_lun 1 3 "$WORK/empty" scsi_id="$(lun_serial 3)"

# call_plugin FUNCTION [KEY=VALUE…]: of this target
call_plugin()
{
	local function=$1 pair
	local args=()

	shift
	for pair in target=127.0.0.1 port="$PORTAL_PORT" targetIQN="$IQN" \
		localIQN="$INITIATOR" "$@"; do
		args+=("args:$pair")
	done
	xe host-call-plugin host-uuid="$host" plugin=relvmoiscsi \
		fn="$function" "${args[@]}"
	cp "$WORK/xe.out" "$OUT"
}

# answers NAME FUNCTION [KEY=VALUE…]: it succeeds, with JSON of the schema
answers()
{
	local name=$1

	call_plugin "${@:2}"
	check "$name: JSON of the schema" valid 1 ||
		sed 's/^/    /' "$WORK/xe.err"
}

# fails NAME CODE TEXT FUNCTION [KEY=VALUE…]
fails()
{
	local name=$1 code=$2 text=$3

	call_plugin "${@:4}"
	check "$name: $code" grep -q -x "Error code: SR_BACKEND_FAILURE_$code" \
		"$WORK/xe.err"
	check "$name: in words" grep -q "^Error parameters: , .*$text.*, \$" \
		"$WORK/xe.err" || sed 's/^/    /' "$WORK/xe.err"
}

lun_field() # NUMBER FIELD
{
	field ".luns[] | select(.lun.name == \"$1\") | $2"
}

# introduce and attach the original, as the pool has it
attach_original()
{
	xe sr-introduce uuid="$old_sr" type=lvmoiscsi name-label=original \
		shared=true content-type=user || return
	xe pbd-create sr-uuid="$old_sr" host-uuid="$host" \
		device-config:target=127.0.0.1 \
		device-config:port="$PORTAL_PORT" \
		device-config:targetIQN="$IQN" \
		device-config:SCSIid="$original_id" \
		device-config:localIQN="$INITIATOR" || return
	xe pbd-plug uuid="$(<"$WORK/xe.out")"
}

answers "version" version
check "version: that of relvm" is "relvm $(field .version)" \
	"$("$RELVM" --version)"

answers "list" list
check "list: three LUNs" is "$(field '.luns | length')" 3
check "list: original and clone conflict" is \
	"$(lun_field 1 '.conflicts[0]') $(lun_field 2 '.conflicts[0]')" "2 1"
check "list: an SR that the pool does not know" is "$(lun_field 1 .state)" \
	unknown
check "list: a LUN without an SR" is "$(lun_field 3 .state)" "no sr"
check "list: SCSIids" is "$(lun_field 2 .lun.scsi_id)" "$clone_id"
old_sr=$(lun_field 1 .sr.uuid)

check "the original is attached" attach_original
answers "list again" list
check "list: now the original is known" is "$(lun_field 1 .state)" original
check "list: and the clone" is "$(lun_field 2 .state)" clone

answers "inspect" inspect SCSIid="$clone_id"
check "inspect: five VDIs" is "$(field '.vdis | length')" 5

answers "verify" verify SCSIid="$original_id,$clone_id"
check "verify: the SR is there twice" bash -c \
	"jq -e '.duplicates.findings | any(.text | contains(\"SR uuid\"))' '$OUT'"

many=$original_id
for ((i = 0; i < 9; i++)); do
	many+=,$clone_id
done
answers "verify of ten LUNs" verify SCSIid="$many"
check "verify: all ten" is "$(field '.luns | length')" 10

answers "plan" plan SCSIid="$clone_id"
cp "$OUT" "$WORK/plan.json"
check "plan: wrote nothing" same "$WORK/pristine" "$WORK/clone"
planned=$(field .sr.new_uuid)

fails "resign of the attached original" 16 "attached as SR 'original'" \
	resign SCSIid="$original_id"
check "the original is untouched" same "$WORK/pristine" "$WORK/original"
stranger=$(xapi_uuid)
xe sr-introduce uuid="$stranger" type=lvmoiscsi name-label=stranger \
	shared=true content-type=user
call_plugin resign SCSIid="$clone_id" sr_uuid="$stranger"
check "the uuid of another SR is refused" grep -q -x \
	"Error code: SR_BACKEND_FAILURE_16" "$WORK/xe.err"
check "the clone is untouched" same "$WORK/pristine" "$WORK/clone"

map=$(jq -r .map "$WORK/plan.json")
check "plan: the map is one line" is "$(wc -l <<<"$map")" 1
fails "a map that xe has cut" 202 "map, it maps nothing" resign \
	SCSIid="$clone_id" map="${map//;/$'\n'}"
fails "a map that was cut elsewhere" 202 "map, it says [0-9]* entries and has 1" \
	resign SCSIid="$clone_id" map="$(cut -d ";" -f 2-3 <<<"$map")"
fails "an empty map" 202 "map, it maps nothing" resign SCSIid="$clone_id" map=
check "the clone is untouched by all these" same "$WORK/pristine" "$WORK/clone"
answers "resign of the clone, by that plan" resign SCSIid="$clone_id" \
	map="$map"
check "resign: to the planned SR" is "$(field .sr.new_uuid)" "$planned"
check "resign: just the writes of the plan" \
	"$driver_here/../relvm/writes.py" "$WORK/plan.json" \
	"$WORK/pristine" "$WORK/clone"
check "resign: lvm2 and the audit agree" audited "$planned" \
	"$WORK/pristine" "$WORK/clone"
answers "resign again, from the original's SR alone" resign \
	SCSIid="$clone_id" from="$old_sr"
check "resign again: left alone" is "$(field .outcome)" "left alone"
answers "recover, where nothing is to be" recover SCSIid="$clone_id"
check "recover: left alone" is "$(field .outcome)" "left alone"
new_sr=$(xapi_uuid)
answers "resign to a chosen SR" resign SCSIid="$clone_id" sr_uuid="$new_sr"
check "the chosen one" is "$(field .sr.new_uuid)" "$new_sr"

fails "a function that is none" 202 "the plugin's functions are" nonsense
fails "an argument that is none" 202 "no argument nonsense" list nonsense=1
for function in list inspect verify recover; do
	for choice in sr_uuid="$new_sr" from="$old_sr" map= snapshots=drop; do
		fails "$function with ${choice%%=*}" 202 \
			"$function takes no argument ${choice%%=*}" \
			"$function" SCSIid="$clone_id" "$choice"
	done
done
fails "no SCSIid" 107 "SCSIid" inspect
fails "verify of one that cannot be one" 107 "SCSIid: '' cannot be one" \
	verify SCSIid="$clone_id,"
for function in list inspect; do
	fails "$function: any target" 96 "targetIQN is '\*'.*name one" \
		"$function" SCSIid="$clone_id" targetIQN="*"
done
fails "another SCSIid" 107 "SCSIid" inspect SCSIid="$(lun_id 9)"
fails "no SR on the LUN" 202 "no LVM label" plan SCSIid="$(lun_id 3)"
fails "a bad map" 202 "map, line 1" resign SCSIid="$clone_id" map=x
fails "a bad uuid" 202 "sr_uuid: 'x' is not a uuid" resign \
	SCSIid="$clone_id" sr_uuid=x
fails "a refused login" 83 "" list targetIQN=iqn.2024-01.test:none

# ---- an operation that SM was in the middle of ----

golden leaf-one_renamed "$WORK/leaf"
clone "$WORK/leaf" "$WORK/leaf.before"
tgt_lun 1 4 "$WORK/leaf" scsi_id="$(lun_serial 4)"
for function in plan resign; do
	fails "$function with leaf_ in flight" 202 \
		"LV leaf_.*journals=keep and introduce that VDI" \
		"$function" SCSIid="$(lun_id 4)"
done
check "the LUN is untouched" same "$WORK/leaf.before" "$WORK/leaf"
fails "inspect with journals" 202 "inspect takes no argument journals" \
	inspect SCSIid="$(lun_id 4)" journals=keep
answers "resign with journals=keep" resign SCSIid="$(lun_id 4)" journals=keep
check "it tells which VDI is to be introduced" bash -c \
	"jq -e '.warnings | any(.text | test(\"until VDI [-0-9a-f]{36} is introduced\"))' '$OUT'"
check "lvm2 and the audit agree" audited "$(field .sr.new_uuid)" \
	"$WORK/leaf.before" "$WORK/leaf"

# ---- a map of 1,000 entries, on one line ----

# shellcheck source=tests/generated/make.sh
. "$driver_here/../generated/make.sh"
GEN=$BUILD/tests/gen MUTATE=$BUILD/tests/mutate
export GEN_TREES=125
mkdir "$WORK/lvm"
lvm_begin "$WORK/lvm"
check "an SR of some 500 VDIs" make_sr 7
lvm_end
tgt_lun 1 5 "$WORK/image" scsi_id="$(lun_serial 5)"
answers "its plan" plan SCSIid="$(lun_id 5)" journals=keep
map=$(jq -r .map "$OUT")
planned=$(field .sr.new_uuid)
check "its map has more than 1,000 entries, and is one line" test \
	"$(wc -l <<<"$map")" = 1 -a "$(tr -cd ";" <<<"$map" | wc -c)" -gt 1000
: >"$STANDIN_CALLS"
answers "resign by it" resign SCSIid="$(lun_id 5)" journals=keep map="$map"
asked=$(wc -l <"$STANDIN_CALLS")
check "which asks xapi $asked times" test "$asked" -gt 0 -a "$asked" -le 12
check "to the planned SR" is "$(field .sr.new_uuid)" "$planned"
fails "the same less its last entry" 202 "it was cut" plan \
	SCSIid="$(lun_id 5)" journals=keep map="${map%;*;}"

# ---- what hosts ask each other ----

answers "rescan, where this host has no session: nobody is asked" rescan \
	SCSIid="$clone_id" port=1
check "rescan: nothing was to be done" is "$(field '[.sessions, .scanned] | @csv')" 0,0
xe host-call-plugin host-uuid="$host" plugin=relvmoiscsi fn=rescan \
	args:type=lvmohba args:SCSIid="$clone_id"
check "rescan by HBA: 202" grep -q "rescan is of a LUN over iSCSI" "$WORK/xe.err"

# misused FUNCTION [KEY=VALUE…]: with just these arguments it says what it takes
misused()
{
	local args=("${@:2}")

	xe host-call-plugin host-uuid="$host" plugin=relvmoiscsi fn="$1" \
		"${args[@]/#/args:}" && return 1
	grep -q "opterr=$1 takes" "$WORK/xe.err" ||
		{ cat "$WORK/xe.err"; return 1; }
}

of_lun=(SCSIid="$clone_id")
of_sr=(sr_uuid="$(xapi_uuid)")
for function in in_use refresh; do
	check "$function of nothing" misused $function
	check "$function with more" misused $function "${of_lun[@]}" LUNid=2
done
check "detach of nothing" misused detach
check "detach of what is no uuid" misused detach sr_uuid=x
check "detach with more" misused detach "${of_sr[@]}" "${of_lun[@]}"
check "release without a target" misused release "${of_sr[@]}" "${of_lun[@]}"
check "release with more" misused release "${of_sr[@]}" "${of_lun[@]}" \
	targetIQN="$IQN" port=1
for argument in attach=true name-label=x; do
	for function in plan recover verify; do
		fails "$function with $argument" 202 \
			"$function takes no argument ${argument%=*}" \
			"$function" "${of_lun[@]}" "$argument"
	done
done

# ---- relvm, where there is an xapi ----

relvm resign -y --initiator-name "$INITIATOR" "$url/1"
check "relvm: the attached original is refused" status 1
check "relvm: in the pool's words" said "attached as SR 'original'"
check "relvm: it is untouched" same "$WORK/pristine" "$WORK/original"
relvm resign -y --json --initiator-name "$INITIATOR" "$url/2"
check "relvm: the clone is resigned" status 0
relvm list --json --initiator-name "$INITIATOR" "$url"
check "relvm list: the original is known" is "$(lun_field 1 .state)" original
check "relvm leaves no session at xapi" bash -c \
	"! grep -q 'stays' '$ERR'"
standin_stop
relvm resign -y --initiator-name "$INITIATOR" "$url/2"
check "relvm: an xapi that does not answer is no yes" status 1
check "no session at the target is left" no_session 1
driver_end
