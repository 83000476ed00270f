#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# test_batch.sh BUILD: many LUNs of one target at once, and what that costs at the
# target, counted on the way: the target is asked once which LUN is which, and no
# worker asks any LUN but its own.

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
for ((i = 1; i <= luns; i++)); do
	clone "$WORK/pristine" "$WORK/lun.$i"
	# up to 320: tgt knows those over 255 by flat addressing alone
	tgt_lun 1 $((8 * i)) "$WORK/lun.$i" scsi_id="$(lun_serial "$i")"
done

# counted ARG…: relvm resign, through who counts; $WORK/counts
counted()
{
	: >"$WORK/counts"
	"$TESTS/support/wire_count.py" "$PORTAL_PORT" >"$WORK/counts" &
	COUNT_PID=$!
	until [[ -s $WORK/counts ]]; do sleep 0.01; done
	url=iscsi://127.0.0.1:$(<"$WORK/counts")/$IQN
	for ((i = 1; i <= luns; i++)); do
		[[ $1 == number ]] && echo "$url/$((8 * i))" ||
			echo "$url/$(lun_id "$i")"
	done >"$WORK/luns"
	relvm resign --yes --json "${NAME[@]}" --jobs 8 \
		--from "$old_sr" --luns "$WORK/luns"
	kill -TERM "$COUNT_PID"
	wait "$COUNT_PID"
	COUNT_PID=
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
check "and no worker's session asks more than its LUN" at_most 8 \
	"INQUIRYs of the next" "$(count next)"
check "a session a LUN, and that one" is "$(count connections)" $((luns + 1))
for ((i = 1; i <= luns; i++)); do
	cp --sparse=always "$WORK/pristine" "$WORK/lun.$i"
done
counted number
check "by numbers: all are resigned" all_resigned
check "and nobody asks for other LUNs" at_most 8 "INQUIRYs of one session" \
	"$(count most)"
driver_end
