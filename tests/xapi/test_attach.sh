#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# test_attach.sh BUILD AUDIT: from a clone to an SR that all hosts of a pool use,
# in one call of the plugin: beside its original, with a host that is down, and
# killed after each of its steps.

# shellcheck disable=SC2317 # functions that `check` calls
set -u
# shellcheck source=tests/driver/lib.sh
. "$(dirname "$0")/../driver/lib.sh"
# shellcheck source=tests/xapi/lib.sh
. "$(dirname "$0")/lib.sh"

driver_clean_up()
{
	standin_stop
	[[ -z $SMLOG_PID ]] || kill "$SMLOG_PID"
}

driver_begin "$@"
# shellcheck source=tests/relvm/lib.sh
. "$(dirname "$0")/../relvm/lib.sh"
standin_begin xs1 xs2 xs3 || exit
ln -s "$BUILD/relvmoiscsi" "$PLUGINS/relvmoiscsi"
xe host-list name-label=xs1 params=uuid --minimal
host=$(<"$WORK/xe.out")
xe host-list name-label=xs3 params=uuid --minimal
host3=$(<"$WORK/xe.out")

golden snapshots "$WORK/original"
clone "$WORK/original" "$WORK/clone"
clone "$WORK/original" "$WORK/pristine"
tgt_target 1 "$IQN"
tgt_lun 1 1 "$WORK/original" scsi_id="$(lun_serial 1)"
tgt_lun 1 2 "$WORK/clone" scsi_id="$(lun_serial 2)"
tgt_target 2 "$IQN.chap"
tgt_lun 2 2 "$WORK/clone" scsi_id="$(lun_serial 2)"
golden leaf-one_renamed "$WORK/leaf"
tgt_lun 1 3 "$WORK/leaf" scsi_id="$(lun_serial 3)"
tgt_chap 2 user s3cretone123

# plugin FUNCTION [KEY=VALUE…]: with this target and the clone's LUN; its answer
# in $OUT
plugin()
{
	local function=$1 pair args=()

	shift
	for pair in target=127.0.0.1 port="$PORTAL_PORT" targetIQN="$IQN" \
		SCSIid="$(lun_id 2)" localIQN="$INITIATOR" "$@"; do
		args+=("args:$pair")
	done
	call_plugin "$function" "${args[@]}"
}

call_plugin()
{
	xe host-call-plugin host-uuid="$host" plugin=relvmoiscsi fn="$1" \
		"${@:2}"
	local status=$?

	cp "$WORK/xe.out" "$OUT"
	[[ $status -eq 0 ]] || { cat "$WORK/xe.err"; return 1; }
}

detach()
{
	call_plugin detach args:sr_uuid="$1"
}

refused()
{
	grep -q "^Error code: SR_BACKEND_FAILURE_$1" "$WORK/xe.err" &&
		grep -q -- "$2" "$WORK/xe.err" || { cat "$WORK/xe.err"; return 1; }
}

# one_sr ATTACHED: the pool has one SR beside the original's, with three PBDs, of
# which so many are plugged
one_sr()
{
	local sr

	xe sr-list type=lvmoiscsi params=uuid --minimal
	sr=$(tr ',' '\n' <"$WORK/xe.out" | grep -v "$old_sr")
	is "$(wc -l <<<"$sr")" 1 || return
	xe pbd-list sr-uuid="$sr" params=currently-attached --minimal
	is "$(tr ',' '\n' <"$WORK/xe.out" | wc -l)" 3 &&
		is "$(tr ',' '\n' <"$WORK/xe.out" | grep -c true)" "$1"
}

attach_original()
{
	xe sr-introduce uuid="$old_sr" type=lvmoiscsi name-label=original \
		shared=true content-type=user &&
		xe pbd-create sr-uuid="$old_sr" host-uuid="$host" \
			device-config:target=127.0.0.1 \
			device-config:port="$PORTAL_PORT" \
			device-config:targetIQN="$IQN" \
			device-config:SCSIid="$(lun_id 1)" &&
		xe pbd-plug uuid="$(<"$WORK/xe.out")" &&
		xe sr-scan uuid="$old_sr" || { cat "$WORK/xe.err"; return 1; }
}

# "label old new snapshot_of_old" of the VDIs that were managed before: the
# manifest that came from the storage manager, and what the pool has now.
relations()
{
	jq -r '(.vdis | map({key: .old_uuid, value: .uuid}) | from_entries) as $new
		| (.vdis | map({key: .uuid, value: .old_uuid}) | from_entries) as $old
		| .vdis[] | select(.label != "base copy")
		| "\(.old_uuid) \(.label) \(if .snapshot_of
			then $old[.snapshot_of] else "-" end)"' "$OUT" | sort
}

expected_relations()
{
	jq -r '.vdis[] | select(.managed) | "\(.uuid) \(.name_label) \(
		if .is_a_snapshot then .snapshot_of else "-" end)"' \
		"$driver_here/../golden/snapshots.json" | sort
}

old_sr=$(jq -r .sr_uuid "$driver_here/../golden/snapshots.json")
check "the original is attached" attach_original
check "attach of an unresigned clone is refused" eval \
	'! plugin attach >/dev/null && refused 16 "with another LUN"'
check "which changes nothing in the pool" test "$(records sr-list)" = 1

check "resign and attach" plugin resign attach=true
check "JSON of the schema" valid 1
new_sr=$(field .sr.uuid)
check "resigned" is "$(field '"\(.resigned) \(.sr.old_uuid)"')" "true $old_sr"
check "attached to all three hosts, the master first" is \
	"$(field '[.hosts[] | "\(.name) \(.attached)"] | join(",")')" \
	"xs1 true,xs2 true,xs3 true"
check "one SR, three PBDs" one_sr 3
xe sr-list uuid="$new_sr" params=name-label --minimal
check "with the label of its metadata" is "$(<"$WORK/xe.out")" \
	"golden snapshots"
check "each VDI has its label and snapshot relation" diff \
	<(relations) <(expected_relations)
check "lvm2 and the audit agree" audited "$new_sr" "$WORK/pristine" "$WORK/clone"
check "the original is untouched" same "$WORK/pristine" "$WORK/original"
clone "$WORK/clone" "$WORK/resigned"

check "the same call again" plugin resign attach=true
check "resigns nothing" is "$(field .resigned)" false
check "one SR, three PBDs still" one_sr 3

check "detach of the original is refused" eval \
	'! detach "$old_sr" >/dev/null && refused 16 "was not attached by"'
check "detach" detach "$new_sr"
check "JSON of the schema" valid 1
check "no SR is left but the original's" is \
	"$(records sr-list) $(records pbd-list)" "1 1"
check "detach again is fine" detach "$new_sr"
check "not a byte on the LUN is changed" same "$WORK/resigned" "$WORK/clone"

# SM looks for a LUN by the name alone that scsi_id prints.
clone "$WORK/pristine" "$WORK/clone"
check "resign and attach, the LUN by another of its names" plugin resign \
	attach=true SCSIid=SIET_VIRTUAL-DISK_beaf12
new_sr=$(field .sr.uuid)
xe pbd-list sr-uuid="$new_sr" params=device-config --minimal
check "the PBDs have that which SM has for it" is \
	"$(grep -o "SCSIid: $(lun_id 2)" "$WORK/xe.out" | wc -l)" 3
check "and not what is each host's own" eval '! grep localIQN "$WORK/xe.out"'
check "the same call, by a third name" plugin resign attach=true \
	SCSIid=33000000100000002
check "resigns nothing" is "$(field .resigned)" false
check "one SR, three PBDs" one_sr 3
detach "$new_sr" >/dev/null

xe standin-set class=host uuid="$host3" field=enabled value=false
check "attach with a host that is down" plugin attach name-label=again
check "it is named, the others attached" is \
	"$(field '[.hosts[] | "\(.name) \(.attached) \(.error // "")"] | join(",")' |
		sed 's/PBD.plug: xapi says HOST_OFFLINE.*/offline/')" \
	"xs1 true ,xs2 true ,xs3 false offline"
check "one SR, two of three PBDs" one_sr 2
xe standin-set class=host uuid="$host3" field=enabled value=true
check "it comes back: the same call again" plugin attach
check "all three" one_sr 3
xe sr-list uuid="$new_sr" params=name-label --minimal
check "with the label that was given" is "$(<"$WORK/xe.out")" again
detach "$new_sr" >/dev/null

clone "$WORK/pristine" "$WORK/clone"
relvm attach --yes --initiator-name "$INITIATOR" \
	"iscsi://127.0.0.1:$PORTAL_PORT/$IQN/2"
check "relvm attach" status 0
check "says what became of the LUN" said "resigned, SR $old_sr -> "
check "and of each host" said "host xs3: attached"
check "one SR, three PBDs" one_sr 3
xe standin-set class=host uuid="$host3" field=enabled value=false
relvm attach --yes --json --initiator-name "$INITIATOR" \
	"iscsi://127.0.0.1:$PORTAL_PORT/$IQN/2"
check "relvm attach again, with a host that is down: 3" status 3
check "JSON of the schema" valid 1
check "which resigns nothing" is "$(field .resigned)" false
new_sr=$(field .sr.uuid)
xe standin-set class=host uuid="$host3" field=enabled value=true
detach "$new_sr" >/dev/null

xe standin-set class=host uuid="$host3" field=enabled value=false
check "attach, with a host that is down" plugin attach
check "detach, which that host has no part in" detach "$new_sr"
check "no SR is left but the original's" is \
	"$(records sr-list) $(records pbd-list)" "1 1"
xe standin-set class=host uuid="$host3" field=enabled value=true

check "an operation in flight: resign and attach" plugin resign attach=true \
	SCSIid="$(lun_id 3)"
leaf_sr=$(field .sr.uuid)
check "attached to all three hosts" is \
	"$(field '[.hosts[].attached] | join(",")')" true,true,true
check "its VDI was introduced once, before the SR was plugged" is "$(
	grep -n 'VDI.db_introduce\|PBD.plug' "$STANDIN_CALLS" | tail -n 4 |
		cut -d: -f2 | uniq -c | tr -s ' ' | tr -d '\n')" \
	" 1 VDI.db_introduce 3 PBD.plug"
detach "$leaf_sr" >/dev/null

# SM ends what was in flight, and fails once at it.
real_sm=$(realpath "$SM/LVMoISCSISR")
cat >"$WORK/once" <<END
#!/bin/bash
. "$xapi_here/backend.sh"
backend_call "\$1"
if [[ \$COMMAND == sr_attach ]] && rm "$WORK/fail_once" 2>/dev/null; then
	answer_fault 202 "not yet"
	exit
fi
exec "$real_sm" "\$1"
END
chmod +x "$WORK/once"
ln -sf "$WORK/once" "$SM/LVMoISCSISR"
golden leaf-one_renamed "$WORK/leaf"
: >"$WORK/fail_once"
check "an operation in flight that SM fails at once" plugin resign attach=true \
	SCSIid="$(lun_id 3)"
check "is tried again on the master, and attached to all" is \
	"$(field '[.hosts[].attached] | join(",")'), $(ls "$WORK/fail_once" 2>&1 |
		grep -c 'No such')" "true,true,true, 1"
detach "$(field .sr.uuid)" >/dev/null
ln -sf "$real_sm" "$SM/LVMoISCSISR"

# With a password: all that it leaves.
rm "$PLUGINS/relvmoiscsi"
smlog_begin "$BUILD/relvmoiscsi" "$PLUGINS/relvmoiscsi"
clone "$WORK/pristine" "$WORK/clone"
touch "$WORK/begun"
check "resign and attach by CHAP" plugin resign attach=true \
	targetIQN="$IQN.chap" chapuser=user chappassword=s3cretone123
new_sr=$(field .sr.uuid)
check "all three" one_sr 3
check "each PBD has a secret of its own, and there are no others" is \
	"$(records secret-list)" 3
no_password()
{
	local bad

	# xapi's own table of secrets, and the test's.
	jq -c "del(.secret)" "$WORK/xapi.state" >"$WORK/state"
	bad=$(find "$WORK" /tmp /run /var/lock /etc/iscsi /var/lib/iscsi \
		-xdev -newer "$WORK/begun" -type f -size -4M ! -name xapi.state \
		-print0 2>/dev/null | xargs -0 grep -l s3cretone)
	[[ -z $bad ]] || { echo "$bad"; return 1; }
	grep -q "resign, plugin" "$SMLOG" &&
		! grep -az s3cretone /proc/[0-9]*/cmdline 2>/dev/null
}
check "no password in SMlog, tasks, records, files, arguments" no_password
check "nor is there a task" is "$(records task-list)" 0
detach "$new_sr" >/dev/null
check "and none once it is detached" is "$(records secret-list)" 0
ln -sf "$BUILD/relvmoiscsi" "$PLUGINS/relvmoiscsi"

# Killed after every question. A driver that is quick stands in for SM's.
quick_sm
by_chap=(targetIQN="$IQN.chap" chapuser=user chappassword=s3cretone123)
killed=0
for ((n = 1; n < 100; n++)); do
	echo "$n" >"$WORK/kill"
	plugin attach "${by_chap[@]}" >"$WORK/first" 2>&1
	[[ ! -e $WORK/kill ]] || break
	((++killed))
	plugin attach "${by_chap[@]}" >"$WORK/second" 2>&1 && one_sr 3 &&
		is "$(records secret-list)" 3 && detach "$new_sr" && continue
	cat "$WORK/first" "$WORK/second"
	break
done >"$WORK/loop"
rm -f "$WORK/kill"
check "killed after each of its questions, $killed, and called again: one SR, \
three PBDs, their secrets" test "$killed" -gt 20 -a "$n" -eq $((killed + 1)) ||
	cat "$WORK/loop"
for ((n = 1; n < 100; n += 4)); do
	one_sr 3 >/dev/null || plugin attach "${by_chap[@]}" >/dev/null
	echo "$n" >"$WORK/kill"
	detach "$new_sr" >"$WORK/first" 2>&1
	[[ ! -e $WORK/kill ]] || break
	detach "$new_sr" >"$WORK/second" 2>&1 &&
		is "$(records sr-list) $(records pbd-list)" "1 1" &&
		is "$(records secret-list)" 0 && continue
	cat "$WORK/first" "$WORK/second"
	break
done >"$WORK/loop"
check "detach killed after every fourth of its questions, and called again: \
nothing is left" test -e "$WORK/kill" -a "$n" -gt 10 || cat "$WORK/loop"
rm -f "$WORK/kill"
clone "$WORK/pristine" "$WORK/clone"
echo 12 >"$WORK/kill"
plugin resign attach=true >/dev/null
check "killed before it is introduced" test ! -e "$WORK/kill"
check "and called again" plugin resign attach=true
check "one SR, three PBDs" one_sr 3
driver_end
