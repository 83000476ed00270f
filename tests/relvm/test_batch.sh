#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# test_batch.sh BUILD: many LUNs of one target at once, and what that costs at the
# target, counted on the way: the target is asked once which LUN is which, no
# worker asks any LUN but its own, and each logs in once, unless something goes
# wrong in its session. A worker that dies takes one LUN with it.

# shellcheck disable=SC2317 # functions that `check` calls
set -u
# shellcheck source=tests/driver/lib.sh
. "$(dirname "$0")/../driver/lib.sh"

driver_clean_up()
{
	[[ -z ${COUNT_PID-} ]] || kill -KILL "$COUNT_PID" 2>/dev/null
}

driver_begin "$@"
# shellcheck source=tests/relvm/lib.sh
. "$(dirname "$0")/lib.sh"
luns=40
old_sr=$(jq -r .sr_uuid "$driver_here/../golden/single-vhd.json")
NAME=(--initiator-name "$INITIATOR")

golden single-vhd "$WORK/pristine"
tgt_target 1 "$IQN"
pristine()
{
	for ((i = 1; i <= luns; i++)); do
		cp --sparse=always "$WORK/pristine" "$WORK/lun.$i"
	done
}
pristine
for ((i = 1; i <= luns; i++)); do
	# up to 320: tgt knows those over 255 by flat addressing alone
	tgt_lun 1 $((8 * i)) "$WORK/lun.$i" scsi_id="$(lun_serial "$i")"
done

# counting [TRAIT]: starts who counts; $url is the target behind it
counting()
{
	: >"$WORK/counts"
	"$TESTS/support/wire_count.py" "$PORTAL_PORT" "$@" >"$WORK/counts" &
	COUNT_PID=$!
	until [[ -s $WORK/counts ]]; do sleep 0.01; done
	url=iscsi://127.0.0.1:$(<"$WORK/counts")/$IQN
}

# has_counted: and ends him; $WORK/counts
has_counted()
{
	kill -TERM "$COUNT_PID"
	wait "$COUNT_PID"
	COUNT_PID=
}

# resign ARG… of the LUNs in $WORK/luns
resign()
{
	relvm resign --yes --json "${NAME[@]}" --from "$old_sr" \
		--luns "$WORK/luns" "$@"
}

# by scsiid|number: the list, from $url
by()
{
	for ((i = 1; i <= luns; i++)); do
		[[ $1 == number ]] && echo "$url/$((8 * i))" ||
			echo "$url/$(lun_id "$i")"
	done >"$WORK/luns"
}

# counted scsiid|number [TRAIT]
counted()
{
	counting "${2-}"
	by "$1"
	resign --jobs 8
	has_counted
}

count()
{
	sed -n "s/^$1 //p" "$WORK/counts"
}

# at_most N WHAT COUNT
at_most()
{
	[[ $3 -gt 0 && $3 -le $1 ]] || { echo "$2: $3"; cat "$WORK/counts"; return 1; }
}

all_resigned()
{
	is "$(grep -c '"outcome":"resigned"' "$OUT")" "$luns" ||
		{ head -c 2000 "$OUT" "$ERR"; return 1; }
	is "$(jq -r .sr.new_uuid "$OUT" | sort -u | wc -l)" "$luns"
}

TESTS=$driver_here/..
counted scsiid
check "a batch by SCSIids: all are resigned, each to another SR" all_resigned
check "at most 45 commands a LUN" at_most $((45 * luns)) commands \
	"$(count commands)"
check "one session asks which LUN is which, by a round of INQUIRYs" \
	at_most $((luns + 10)) "INQUIRYs of one session" "$(count most)"
check "and no worker asks for other LUNs than its own" at_most 8 \
	"INQUIRYs for one LUN" "$(count lun)"
check "a session a worker, and that one" is "$(count connections)" 9
check "each with an id of its own, or a target ends the one before" \
	is "$(count isids)" 9

pristine
counted number
check "by numbers: all are resigned" all_resigned
check "and nobody asks for other LUNs" at_most 8 "INQUIRYs for one LUN" \
	"$(count lun)"

pristine
counted number hang-up
check "the target ends each session after its LUN: all are resigned" all_resigned
check "each in a session of its own" is "$(count connections)" "$luns"

pristine
counted number no-release
check "the target does not take a reservation back: all are resigned" all_resigned
check "and none stays for another LUN's time" is "$(count connections)" "$luns"

pristine
tgt_target 2 "$IQN.2"
two_targets()
{
	local n=6

	counting
	for ((i = 1; i <= n; i++)); do
		clone "$WORK/pristine" "$WORK/other.$i"
		tgt_lun 2 $((8 * i)) "$WORK/other.$i" scsi_id="$(lun_serial $((luns + i)))"
		printf '%s\n' "$url/$((8 * i))" "$url.2/$((8 * i))"
	done >"$WORK/luns"
	resign --jobs 1
	has_counted
	is "$(jq -r .sr.new_uuid "$OUT" | sort -u | wc -l)" $((2 * n)) &&
		is "$(count connections)" $((2 * n))
}
check "the LUNs of two targets in turn, by one worker" two_targets

# Stops one worker of two with a signal, at its first LUN, where the target is slow.
lose_one()
{
	local pid workers

	url=iscsi://127.0.0.1:$PORTAL_PORT/$IQN
	pristine
	by number
	kill -STOP "$TGT_PID"
	RELVMOISCSI_CONF=$CONF "$RELVM" resign --yes --json "${NAME[@]}" \
		--from "$old_sr" --luns "$WORK/luns" --jobs 2 >"$OUT" 2>"$ERR" \
		</dev/null &
	pid=$!
	until mapfile -t workers < <(pgrep -P "$pid") && [[ ${#workers[@]} -eq 2 ]]; do
		sleep 0.01
	done
	kill "-$1" "${workers[0]}"
	kill -CONT "$TGT_PID"
	wait "$pid"
	STATUS=$?
}

# The one LUN is done by another run, all others were in the first.
the_rest_is_done()
{
	status 1 && said "relvm: $((luns - 1)) done, 1 failed" || return
	resign --jobs 2
	status 0 || return
	relvm inspect --json "${NAME[@]}" --luns "$WORK/luns"
	is "$(jq -r .sr.uuid "$OUT" | grep -v "$old_sr" | sort -u | wc -l)" "$luns"
}

lose_one KILL
check "a worker is killed: the LUN is named" said "ended by signal 9"
check "and the others are done" the_rest_is_done
lose_one TERM
check "a worker is told to stop: it says so" said "stopped by a signal"
check "and another one does the rest" the_rest_is_done

# A name that two LUNs of the target have is no name to choose one by, also where
# the target was asked for all at once.
tgt_target 3 "$IQN.3"
twins()
{
	local i

	for i in 1 2 3; do
		cp --sparse=always "$WORK/pristine" "$WORK/twin.$i"
		tgt_lun 3 "$i" "$WORK/twin.$i" scsi_id="$(lun_serial $((200 + i / 2)))"
	done
	url=iscsi://127.0.0.1:$PORTAL_PORT/$IQN.3
	printf '%s\n' "$url/$(lun_id 200)" "$url/$(lun_id 201)" >"$WORK/luns"
	resign --jobs 2
	said "2 disks of the target have SCSIid $(lun_id 201)" &&
		is "$(grep -c '"outcome":"resigned"' "$OUT")" 1 &&
		cmp "$WORK/pristine" "$WORK/twin.2" && cmp "$WORK/pristine" "$WORK/twin.3"
}
check "a name that two LUNs have: neither is resigned" twins
driver_end
