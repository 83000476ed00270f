#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# test_guard.sh BUILD: what xapi has recorded keeps a LUN from being resigned.
# The guards are run as in an sr_create: by a backend, in its session, beside
# the records that xapi has made for that very call.

# shellcheck disable=SC2317 # functions that `check` calls
set -u
# shellcheck source=tests/driver/lib.sh
. "$(dirname "$0")/../driver/lib.sh"
# shellcheck source=tests/xapi/lib.sh
. "$(dirname "$0")/lib.sh"

driver_begin "$@"
mkdir "$WORK/sm"

# The guards' verdict is its fault; device_config: old, vdis, and SCSIid. The
# type's name is that of the program under test, so that the records are, too.
cat >"$WORK/guard" <<'END'
#!/bin/bash
. "$BACKEND"
backend_call "$1"
tool()
{
	"$XAPI_TOOL" "$XE_SOCKET" "$(member session_ref)" "$@"
}
case $COMMAND in
sr_get_driver_info) answer_driver "Guard" ;;
*)
	sleep "$(member pause)" 2>/dev/null
	old=$(member old)
	case $(member ask) in
	"")
		# shellcheck disable=SC2046
		said=$(tool guard "$(member SCSIid)" "$(member sr_ref)" \
			"${old:--}" "$(member sr_uuid)" $(member vdis))
		;;
	stranger)
		said=$(tool guard "$(member SCSIid)" - "${old:--}" \
			"$(member sr_uuid)")
		;;
	secret) said=$(tool secret "$(member password_secret)") ;;
	host) said=$(tool host "$(member host_ref)") ;;
	other-session)
		said=$("$XAPI_TOOL" "$XE_SOCKET" OpaqueRef:s3cret host x)
		;;
	esac
	answer_fault 1 "${said:-free}"
	;;
esac
END
chmod +x "$WORK/guard"
standin_begin xs1 xs2 || exit
standin_stop
ln -sf "$WORK/guard" "$SM/RELVMoISCSISR"
rm -f "$WORK/xapi.state"

# A driver that attaches whatever it is given.
cat >"$SM/AnySR" <<'END'
#!/bin/bash
. "$BACKEND"
backend_call "$1"
case $COMMAND in
sr_get_driver_info) answer_driver "Any" ;;
*) answer_nil ;;
esac
END
chmod +x "$SM/AnySR"
standin_start || exit

id=36001405aaaa
xe host-list name-label=xs2 params=uuid --minimal
host=$(<"$WORK/xe.out")

ask()
{
	xe sr-create type=relvmoiscsi name-label=x shared=true \
		device-config:SCSIid="$id" "$@"
}

# verdict NAME PATTERN KEY=VALUE…
verdict()
{
	ask "${@:3}"
	check "$1" grep -q "^Error parameters: , $2, $" "$WORK/xe.err" ||
		cat "$WORK/xe.err"
}

# An SR with one PBD; sets SR and PBD to their uuids.
sr()
{
	SR=$(xapi_uuid)
	xe sr-introduce uuid="$SR" type=any name-label="$1"
	xe pbd-create sr-uuid="$SR" host-uuid="$host" "${@:2}"
	PBD=$(<"$WORK/xe.out")
}

forget()
{
	xe pbd-unplug uuid="$PBD"
	xe sr-forget uuid="$SR"
}

# Each has its records while the other asks.
both_are_free()
{
	local name pids=()

	for name in a b; do
		"$WORK/xe" sr-create type=relvmoiscsi name-label="$name" \
			device-config:SCSIid="$id" device-config:pause=1 \
			>"$WORK/$name" 2>&1 &
		pids+=($!)
	done
	wait "${pids[@]}"
	grep -q free "$WORK/a" && grep -q free "$WORK/b"
}

verdict "an unknown SR: free" free
verdict "an unknown SR, which the LUN names: free" free \
	device-config:old="$(xapi_uuid)"
verdict "the call's own SR is not the call's own to another" \
	".*new SR uuid .* is that of SR 'x' already" device-config:ask=stranger

sr original device-config:SCSIid=36001405bbbb
verdict "recorded with another SCSIid: a clone" free device-config:old="$SR"
xe pbd-plug uuid="$PBD"
verdict "and attached: a clone" free device-config:old="$SR"
forget

sr original device-config:SCSIid=$id
verdict "recorded with this SCSIid: the original" \
	".*no clone but the LUN of SR 'original' ($SR).*" \
	device-config:old="$SR"
verdict "by an SR that is not on the LUN" \
	".*recorded as the LUN of SR 'original' ($SR).*" \
	device-config:old="$(xapi_uuid)"
xe pbd-plug uuid="$PBD"
verdict "attached, on another host" \
	".*attached as SR 'original' ($SR) on host 'xs2'" \
	device-config:old="$SR"
verdict "whatever is on the LUN" ".*attached as SR 'original' .*"
forget
verdict "forgotten: free" free device-config:old="$SR"

sr original device-config:target=10.0.0.1 device-config:LUNid=1
verdict "recorded without an SCSIid" ".*does not record which SCSIid.*" \
	device-config:old="$SR"
forget

sr 'an € <&> SR' device-config:SCSIid=36001405cccc
verdict "names of any kind" free
forget

vdi=$(xapi_uuid)
xe standin-put class=VDI record:uuid="$vdi"
verdict "a new VDI uuid that is taken" ".*new VDI uuid $vdi.*" \
	"device-config:vdis=$(xapi_uuid) $vdi"
verdict "new VDI uuids that are free" free \
	"device-config:vdis=$(xapi_uuid) $(xapi_uuid)"

verdict "a secret" "p&<s" device-config:ask=secret 'device-config:password=p&<s'
verdict "the host's settings" "iqn.2024-01.test:host1 false" \
	device-config:ask=host
verdict "a session that is not one" ".*xapi says SESSION_INVALID" \
	device-config:ask=other-session
check "two calls at once do not refuse each other" both_are_free
check "no SR of these calls is left" test "$(records sr-list)" = 0
driver_end
