#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# test_many.sh BUILD [COUNT]: COUNT (50) clones resigned by as many sr-creates
# at once; and one clone by several at once, of which one resigns it.

# shellcheck disable=SC2317 # functions that `check` calls
set -u
# shellcheck source=tests/driver/lib.sh
. "$(dirname "$0")/../driver/lib.sh"
# shellcheck source=tests/xapi/lib.sh
. "$(dirname "$0")/lib.sh"

driver_begin "$1"
standin_begin xs1 || exit
count=${2:-50}
once=0

golden single-vhd "$WORK/original"
tgt_target 1 "$IQN"
for ((i = 1; i <= count; i++)); do
	clone "$WORK/original" "$WORK/clone.$i"
	tgt_lun 1 "$i" "$WORK/clone.$i" scsi_id="$(lun_serial "$i")"
done

# create LUN OUT: in the background
create()
{
	"$WORK/xe" sr-create type=relvmoiscsi name-label="$2" shared=true \
		device-config:target=127.0.0.1 \
		device-config:port="$PORTAL_PORT" \
		device-config:targetIQN="$IQN" \
		device-config:localIQN="$INITIATOR" \
		device-config:SCSIid="$(lun_id "$1")" >"$WORK/$2" 2>&1 &
	pids+=($!)
}

# How many of these answers say so.
answers()
{
	local pattern=$1

	shift
	cat "$@" | grep -c "$pattern"
}

# Each resigned, none with the ids of another or of the original.
all_differ()
{
	local n

	n=$(vg_ids "$WORK/original" "$WORK"/clone.* | sort -u | wc -l)
	[[ $n -eq $((count + 1)) ]] || { echo "$n ids of $((count + 1))"; return 1; }
}

vg_ids()
{
	local image

	for image in "$@"; do
		lvm_attach one "$image" &&
			lvm_run vgs --noheadings -o vg_uuid,vg_name
		lvm_detach one
	done
}

pids=()
for ((i = 1; i <= count; i++)); do
	create "$i" "said.$i"
done
wait "${pids[@]}"
check "$count sr-creates at once: each resigns its LUN" test \
	"$(answers 'successfully resigned' "$WORK"/said.*)" = "$count" ||
	grep -h '^Error parameters' "$WORK"/said.* | sort | uniq -c
check "no session and no lock stays" no_session 1
check "no SR and no PBD stays" test "$(records sr-list)$(records pbd-list)" = 00
mkdir "$WORK/lvm"
lvm_begin "$WORK/lvm"
check "no id is there twice" all_differ

# One that comes when the winner has just finished finds the winner's SR on the
# LUN, and leaves it alone. One that comes later still is one of its own.
for ((round = 1; round <= 5; round++)); do
	clone "$WORK/original" "$WORK/clone.1"
	pids=()
	for ((i = 1; i <= 5; i++)); do
		create 1 "race.$round.$i"
	done
	wait "${pids[@]}"
	won=$(answers 'successfully resigned' "$WORK/race.$round".*)
	check "5 at once for one LUN: it is resigned" test "$won" -ge 1
	check "and the others are told why not" test "$(answers \
		"FAILURE_37\|device underlying the SR is in use" \
		"$WORK/race.$round".*)" = $((5 - won))
	((once += won == 1))
done
check "as a rule by one" test "$once" -ge 3
driver_end
