#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# test_astray.sh BUILD: attach and detach where things go astray: two calls at
# once, odd texts, records that others have made, a host that is busy, an xapi
# that is restarted between two questions. Each time the same call, made again,
# goes on.

# shellcheck disable=SC2317 # functions that `check` calls
set -u
# shellcheck source=tests/driver/lib.sh
. "$(dirname "$0")/../driver/lib.sh"
# shellcheck source=tests/xapi/lib.sh
. "$(dirname "$0")/lib.sh"

driver_begin "$@"
# shellcheck source=tests/relvm/lib.sh
. "$(dirname "$0")/../relvm/lib.sh"
STANDIN_ENVIRONMENT=(xs2:BUSY="$WORK/busy")
standin_begin xs1 xs2 || exit
ln -s "$BUILD/relvmoiscsi" "$PLUGINS/relvmoiscsi"
quick_sm
# While there is a file BUSY, that host does not let an SR go, nor take one, and
# what it says of that would clear a terminal.
cat >"$WORK/busy.sh" <<'END'
if [[ $COMMAND == sr_detach && -e ${BUSY-} ]]; then
	answer_fault 16 busy
	exit
fi
if [[ $COMMAND == sr_attach && -e ${BUSY-} ]]; then
	answer_fault 47 $'\xc2\x9b2J'
	exit
fi
END
sed -i "/^backend_call/r $WORK/busy.sh" "$WORK/quick"
for name in xs1 xs2; do
	xe host-list name-label="$name" params=uuid --minimal
	declare "$name=$(<"$WORK/xe.out")"
done

golden snapshots "$WORK/pristine"
clone "$WORK/pristine" "$WORK/clone"
tgt_target 1 "$IQN"
tgt_lun 1 1 "$WORK/clone" scsi_id="$(lun_serial 1)"

plugin()
{
	"$WORK/xe" host-call-plugin host-uuid="${xs1:?}" plugin=relvmoiscsi \
		fn="$1" args:target=127.0.0.1 args:port="$PORTAL_PORT" \
		args:targetIQN="$IQN" args:SCSIid="$(lun_id 1)" \
		args:localIQN="$INITIATOR" "${@:2}" >"$OUT" 2>"$ERR"
}

detach()
{
	"$WORK/xe" host-call-plugin host-uuid="$xs1" plugin=relvmoiscsi \
		fn=detach args:sr_uuid="$1" >"$OUT" 2>"$ERR"
}

# one_sr PLUGGED: of two PBDs
one_sr()
{
	is "$(records sr-list) $(records pbd-list) $(
		records pbd-list currently-attached=true)" "1 2 $1" ||
		{ cat "$OUT" "$ERR"; return 1; }
}

nothing()
{
	is "$(records sr-list)$(records pbd-list)$(records secret-list)" 000
}

new_clone()
{
	clone "$WORK/pristine" "$WORK/clone"
}

# ---- two at once ----

# As often as it takes for one to meet the other at any step. One does it, and
# the other is told so, or comes after it and finds all done.
at_once()
{
	local n met=0 bad=0 answers

	for n in {1..12}; do
		new_clone
		plugin resign args:attach=true &
		sleep "0.0$((n % 10))"
		OUT=$WORK/out.2 ERR=$WORK/err.2 plugin resign args:attach=true
		answers=$?
		wait $!
		answers+=$?
		case $answers in
		00) ;;
		01 | 10)
			cat "$WORK/err.2" "$ERR" | grep -q \
				"SR_BACKEND_FAILURE_37" && ((++met)) || bad=1
			;;
		*) bad=1 ;;
		esac
		one_sr 2 && [[ $bad -eq 0 ]] || {
			cat "$OUT" "$ERR" "$WORK"/*.2
			return 1
		}
		xe sr-list params=uuid --minimal
		detach "$(<"$WORK/xe.out")" && nothing ||
			{ cat "$ERR"; return 1; }
	done
	[[ $met -gt 0 ]] || { echo "they never met"; return 1; }
}
check "two at once: one SR, with two PBDs" at_once

# One has resigned and is held up before it attaches: a second, by whatever name of
# the LUN, must not resign it once more, of which the first would then attach an SR
# that is no more.
held_up()
{
	local at child first

	new_clone
	: >"$STANDIN_CALLS"
	plugin resign args:attach=true && detach "$(field .sr.uuid)" || return
	at=$(grep -n -m 1 pool.get_all "$STANDIN_CALLS" | cut -d : -f 1)
	new_clone
	: >"$STANDIN_CALLS"
	echo "$at" >"$WORK/wait"
	plugin resign args:attach=true &
	first=$! # a process substitution has a $! of its own
	until grep -q host.get_all "$STANDIN_CALLS"; do
		kill -0 $first || return
		sleep 0.02
	done
	read -r child < <(cat "/proc/$STANDIN_PID/task"/*/children)
	kill -STOP "$child"
	rm "$WORK/wait"
	! OUT=$WORK/out.2 ERR=$WORK/err.2 plugin resign args:attach=true \
		args:SCSIid=33000000100000001 && grep -q "FAILURE_37" "$WORK/err.2"
	at=$?
	kill -CONT "$child"
	wait $first
	one_sr 2 && [[ $at -eq 0 ]] || { cat "$WORK"/*.2; return 1; }
	detach "$(field .sr.uuid)" && nothing
}
check "one that is held up after its resign keeps the other away" held_up
[[ $(records sr-list) = 0 ]] || exit

# ---- texts ----

label=$'\t<b>&"\x27]]>; \\ \xf0\x9f\x98\x80 \xc3\xa4%s%n'
new_clone
check "a label of all kinds" plugin resign args:attach=true \
	args:name-label="$label"
xe sr-list params=name-label --minimal
check "which the SR then has" is "$(<"$WORK/xe.out")" "$label"
check "and the answer" is "$(field .sr.label)" "$label"
sr=$(field .sr.uuid)
check "the same call, with another label" plugin resign args:attach=true \
	args:name-label=other
check "leaves it that one, and says so" is "$(field .sr.label)" "$label"
for label in $'a\x01b' $'\xff' $'\xef\xbf\xbe'; do
	check "not a text: it is refused" eval \
		'! plugin attach args:name-label="$label"'
done
check "one SR" one_sr 2

# ---- in use ----

touch "$WORK/busy"
check "detach, while one host has it in use" eval '! detach "$sr"'
check "names that host" said "host 'xs2' keeps the SR"
check "and takes it from nobody" one_sr 2
rm "$WORK/busy"
check "and again, in other letters" detach "${sr^^}"
check "which leaves nothing" nothing
check "an empty label is none" plugin attach args:name-label=
check "the SR has that of its metadata" is "$(field .sr.label)" \
	"golden snapshots"
detach "$sr"

# ---- a password that xapi cannot be told ----

new_clone
RELVM_PASSWORD=$'secret\xff' relvm attach --yes --initiator-name "$INITIATOR" \
	"iscsi://user@127.0.0.1:$PORTAL_PORT/$IQN/$(lun_id 1)"
check "a password that is not UTF-8: refused" status 1
check "says so" said "not UTF-8"
check "before the LUN is resigned" same "$WORK/pristine" "$WORK/clone"
check "and nothing is attached" nothing

# ---- words that steer terminals ----

touch "$WORK/busy"
new_clone
relvm attach --yes --initiator-name "$INITIATOR" \
	"iscsi://127.0.0.1:$PORTAL_PORT/$IQN/$(lun_id 1)"
check "relvm attach, where one host fails" status 3
check "says so" said "host xs2: NOT attached"
check "without that host's control characters" eval \
	'! grep -a -q $'"'\\x9b'"' "$OUT" "$ERR"'
rm "$WORK/busy"
xe sr-list params=uuid --minimal
sr=$(<"$WORK/xe.out")
detach "$sr"

# ---- records of others ----

check "attach" plugin attach
xe pbd-list host-uuid="${xs2:?}" params=uuid --minimal
pbd=$(<"$WORK/xe.out")
xe pbd-unplug uuid="$pbd"
xe pbd-destroy uuid="$pbd"
xe pbd-create sr-uuid="$sr" host-uuid="$xs2" device-config:target=10.9.9.9 \
	device-config:targetIQN="$IQN" device-config:SCSIid="$(lun_id 1)"
check "a PBD of this LUN by another way is taken as it is" plugin attach
check "one SR" one_sr 2
# By another name of this LUN SM does not find it either.
for id in 33000000100000001 36001405cccc; do
	xe pbd-list host-uuid="${xs2:?}" params=uuid --minimal
	pbd=$(<"$WORK/xe.out")
	xe pbd-unplug uuid="$pbd"
	xe pbd-destroy uuid="$pbd"
	xe pbd-create sr-uuid="$sr" host-uuid="$xs2" device-config:SCSIid=$id
	check "a PBD with SCSIid $id is refused" eval '! plugin attach'
	check "in words" said "with another LUN"
done
xe pbd-list host-uuid="$xs1" params=uuid --minimal
xe pbd-unplug uuid="$(<"$WORK/xe.out")"
xe sr-forget uuid="$sr"
xe sr-introduce uuid="$sr" type=lvmoiscsi name-label=theirs shared=true
check "an SR without a PBD, of another's making, is refused" eval \
	'! plugin attach'
check "in words" said "with no LUN"
xe sr-forget uuid="$sr"
xe sr-introduce uuid="$sr" type=lvmohba name-label=theirs shared=true \
	sm-config:relvmoiscsi="$(lun_id 1)"
check "one of another type is refused" eval '! plugin attach'
check "in words" said "with another type"
xe sr-forget uuid="$sr"

# ---- an xapi that is restarted ----

# Its sessions are gone then, or it is not there; the program goes on and is told.
restarted=0
for ((n = 2; n < 40; n += 3)); do
	: >"$STANDIN_CALLS"
	echo "$n" >"$WORK/wait"
	plugin attach &
	until [[ $(wc -l <"$STANDIN_CALLS") -gt $n ]]; do
		kill -0 $! 2>/dev/null || break
		sleep 0.02
	done
	standin_stop
	rm "$WORK/wait"
	wait $!
	standin_start || break
	((++restarted))
	plugin attach && one_sr 2 && detach "$sr" && nothing && continue
	cat "$OUT" "$ERR"
	break
done >"$WORK/loop" 2>&1
check "xapi restarted at every third question, $restarted times" test \
	"$n" -ge 40 || cat "$WORK/loop"
check "no session at the target is left" no_session 1
driver_end
