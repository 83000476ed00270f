#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# test_slow.sh BUILD: an xapi each of whose answers is late, and which must be
# asked for each object alone, while the LUN is kept from others: there is one end
# to all of it, and the LUN is as it was. What is told is counted, not timed.

# shellcheck disable=SC2317 # functions that `check` calls
set -u
# shellcheck source=tests/driver/lib.sh
. "$(dirname "$0")/../driver/lib.sh"
# shellcheck source=tests/xapi/lib.sh
. "$(dirname "$0")/lib.sh"

driver_begin "$@"
# shellcheck source=tests/relvm/lib.sh
. "$(dirname "$0")/../relvm/lib.sh"
STANDIN_OPTIONS=(-m)
standin_begin xs1 || exit
golden single-vhd "$WORK/clone"
clone "$WORK/clone" "$WORK/pristine"
tgt_target 1 "$IQN"
tgt_lun 1 1 "$WORK/clone" scsi_id="$(lun_serial 1)"

# What a member cannot have in one answer.
for n in {1..20}; do
	sr=$(xapi_uuid)
	xe sr-introduce uuid="$sr" type=nfs name-label="sr $n" shared=true
	xe standin-set class=SR uuid="$sr" field=other_config key='a&b' value=1
done

resign()
{
	xe sr-create type=relvmoiscsi name-label=x shared=true \
		device-config:target=127.0.0.1 device-config:port="$PORTAL_PORT" \
		device-config:targetIQN="$IQN" device-config:SCSIid="$(lun_id 1)" \
		device-config:localIQN="$INITIATOR"
	tail -n 1 "$STANDIN_LOG" | grep "$1" || {
		tail -n 1 "$STANDIN_LOG"
		return 1
	}
}

: >"$STANDIN_CALLS"
check "an xapi that is asked for each SR alone" resign "successfully resigned"
whole=$(wc -l <"$STANDIN_CALLS")
last=$(grep -n SR.get_all_records "$STANDIN_CALLS" | tail -n 1 | cut -d : -f 1)
check "the last of $whole questions are those before the commit" test \
	$((whole - last)) -gt 80

clone "$WORK/pristine" "$WORK/clone"
: >"$STANDIN_CALLS"
echo "$last" >"$WORK/wait"
check "each of these a second late: 150" resign \
	"fault 150 .*the LUN is unchanged.*answers take too long"
rm "$WORK/wait"
asked=$(($(wc -l <"$STANDIN_CALLS") - last))
check "not all were asked, $asked" test "$asked" -gt 10 -a "$asked" -lt 40
RELVM_IMAGE=$WORK/clone relvm inspect --json "$WORK/clone"
check "the SR is the one it was" is "$(field .sr.uuid)" \
	"$(jq -r .sr_uuid "$driver_here/../golden/single-vhd.json")"
check "no session at the target is left" no_session 1
check "in time again: resigned" resign "successfully resigned"

# A signal while xapi is waited for: its session is ended all the same.
: >"$STANDIN_CALLS"
echo 5 >"$WORK/wait"
RELVMOISCSI_CONF=$CONF "$RELVM" resign -y --initiator-name "$INITIATOR" \
	"iscsi://127.0.0.1:$PORTAL_PORT/$IQN/1" >"$OUT" 2>"$ERR" </dev/null &
relvm_pid=$!
until [[ $(wc -l <"$STANDIN_CALLS") -gt 6 ]]; do
	kill -0 "$relvm_pid" || break
	sleep 0.1
done
kill -TERM "$relvm_pid"
wait "$relvm_pid"
STATUS=$?
check "relvm ends at a signal" status 1
check "and says so" said "stop"
rm "$WORK/wait"
check "and has ended its session at xapi" eval \
	'[[ $(tail -n 1 "$STANDIN_CALLS") == session.logout ]] && ! said "session stays"'
driver_end
