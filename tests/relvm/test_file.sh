#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# test_file.sh BUILD: relvm on image files: every command, what it prints, what
# it refuses. Results are judged by lvm2 and the audit, plans by the bytes that
# change, JSON by the schema.

# shellcheck disable=SC2317 # functions that `check` calls
set -u
# shellcheck source=tests/driver/lib.sh
. "$(dirname "$0")/../driver/lib.sh"

driver_begin "$@"
# shellcheck source=tests/relvm/lib.sh
. "$(dirname "$0")/lib.sh"
relvm_here=$(dirname "$(realpath "$0")")


plan_then_resign()
{
	local name=$1 sr

	golden "$name" "$WORK/clone"
	[[ -z ${2-} ]] || "$2"
	clone "$WORK/clone" "$WORK/before"
	relvm plan --json --save-map "$WORK/map" "$WORK/clone"
	check "$name: plan" status 0 || return
	check "$name: its JSON is of the schema" valid 1
	cp "$OUT" "$WORK/plan.json"
	check "$name: plan wrote nothing" same "$WORK/before" "$WORK/clone"
	sr=$(field .sr.new_uuid)
	relvm resign --json --yes --map "$WORK/map" "$WORK/clone"
	check "$name: resign with the plan's map" status 0
	check "$name: its JSON is of the schema, too" valid 1
	check "$name: it tells the new SR" is "$(field .sr.new_uuid)" "$sr"
	check "$name: it made just the writes of the plan" \
		"$relvm_here/writes.py" "$WORK/plan.json" "$WORK/before" \
		"$WORK/clone"
	check "$name: lvm2 and the audit agree" audited "$sr" "$WORK/before" \
		"$WORK/clone"
	is "$(jq -c '[.vdis[] | [.uuid, .new_uuid]]' "$WORK/plan.json")" \
		"$(field '[.vdis[] | [.uuid, .new_uuid]]' | jq -c .)" \
		>"$WORK/said"
	result "$name: plan and resign tell the same VDIs" $? "$(<"$WORK/said")"
	relvm inspect --json "$WORK/clone"
	check "$name: inspect finds the new uuids" is \
		"$(field '[.vdis[].uuid] | sort' | jq -c .)" \
		"$(jq -c '[.vdis[].new_uuid] | sort' "$WORK/plan.json")"
	check "$name: inspect's JSON is of the schema" valid 1
	relvm verify --json "$WORK/clone" "$WORK/before"
	check "$name: clone and original are sound beside each other" status 0
	check "$name: verify's JSON is of the schema" valid 1
}

# LVM reads ids with ! and #, which it makes no more.
old_ids()
{
	local vg

	relvm inspect --json "$WORK/clone"
	vg=$(field .sr.vg_id)
	"$BUILD/tests/mutate" "$WORK/clone" text "\"$vg\"" "\"!${vg:1:36}#\""
}

# The file's own errors, and those that its LUN shows.
refuses_map()
{
	local name=$1 text=$2

	printf '%b' "$3" >"$WORK/bad.map"
	relvm resign --yes --map "$WORK/bad.map" "$WORK/clone"
	check "a map with $name: refused" status "${4:-2}"
	check "a map with $name: named" said "$text"
}

for name in single-vhd snapshots raw-and-vhd cbt journal-clone \
	journal-inflate no-mgt mgt-broken-vdi fragmented; do
	plan_then_resign "$name"
done
plan_then_resign no-mgt old_ids

# Its two VHD- LVs were made, and never formatted.
golden no-mgt "$WORK/unformatted"
for command in inspect plan verify "resign --yes"; do
	# shellcheck disable=SC2086
	relvm $command "$WORK/unformatted"
	check "$command: that a volume holds no image is said once" is \
		"$(cat "$OUT" "$ERR" | grep -c "holds no image")" 1
done

# ---- chosen uuids ----

golden snapshots "$WORK/original"
clone "$WORK/original" "$WORK/clone"
relvm inspect --json "$WORK/clone"
old_sr=$(field .sr.uuid)
old_disk=$(field '.vdis[] | select(.role == "disk") | .uuid')
other=$(field '.vdis[0].uuid')
new_sr=$(xapi_uuid)
new_disk=$(xapi_uuid)

refuses_map "one word" "line 2: not two words" "# x\n$old_sr\n"
refuses_map "three words" "line 1: not two words" "$old_sr $new_sr x\n"
refuses_map "no uuid" "line 1: not a pair" "$old_sr nonsense\n"
refuses_map "the zero uuid" "line 1: the zero uuid" \
	"$old_sr 00000000-0000-0000-0000-000000000000\n"
refuses_map "an old uuid twice" "line 3: the old identifier stands in line 1" \
	"$old_sr $new_sr\n\n$old_sr $new_disk\n"
refuses_map "a bad digest" "line 1: digest" "digest 123\n"
refuses_map "a uuid of no VDI" "line 1: uuid $new_disk is not on this LUN" \
	"$new_disk $new_sr\n" 1
refuses_map "a new uuid twice" "line 2: uuid $new_disk is given twice" \
	"$old_disk $new_disk\n$other $new_disk\n" 1
refuses_map "an old uuid as a new one" "line 1: uuid $other is to be new" \
	"$old_disk $other\n" 1
refuses_map "an LVM id of no LV" "is not on this LUN" \
	"aaaaaa-aaaa-aaaa-aaaa-aaaa-aaaa-aaaaaa bbbbbb-bbbb-bbbb-bbbb-bbbb-bbbb-bbbbbb\n" 1
refuses_map "another plan's digest" "no longer what the plan was made for" \
	"$old_sr 4f7c1a52-8a5e-4b1e-9d43-0c9a7b6d5e21\ndigest 00000000\n" 1
printf '%s %s\n' "$old_disk" "$new_sr" >"$WORK/bad.map"
relvm resign --yes --sr-uuid "$new_sr" --map "$WORK/bad.map" "$WORK/clone"
check "the SR's new uuid for a VDI, too: refused" status 1
check "the SR's new uuid for a VDI, too: named" \
	said "line 1: uuid $new_sr is given twice"
relvm resign --yes --sr-uuid "$old_disk" "$WORK/clone"
check "a VDI's uuid for the SR: refused" status 1
check "a VDI's uuid for the SR: named" said "new uuid of the SR is that of a VDI"
check "after all that the clone is untouched" same "$WORK/original" "$WORK/clone"

# As an editor on Windows leaves it.
printf '\xef\xbb\xbf%s %s\r\n' "$old_disk" "$new_disk" >"$WORK/chosen"
relvm resign --yes --json --map "$WORK/chosen" --sr-uuid "$new_sr" "$WORK/clone"
check "a chosen SR and VDI" status 0
check "the SR is the chosen one" is "$(field .sr.new_uuid)" "$new_sr"
check "the VDI is the chosen one" is \
	"$(field '.vdis[] | select(.role == "disk") | .new_uuid')" "$new_disk"
check "lvm2 and the audit agree with it" audited "$new_sr" \
	"$WORK/original" "$WORK/clone"

# ---- drop ----

clone "$WORK/original" "$WORK/clone"
relvm plan --json --snapshots drop --save-map "$WORK/map" "$WORK/clone"
cp "$OUT" "$WORK/plan.json"
relvm resign --json --yes --snapshots drop --map "$WORK/map" "$WORK/clone"
check "snapshots=drop: resigned" status 0
check "snapshots=drop: of the schema" valid 1
check "snapshots=drop: two are dropped" is "$(field .counts.dropped)" 2
check "snapshots=drop: just the writes of the plan" \
	"$relvm_here/writes.py" "$WORK/plan.json" "$WORK/original" "$WORK/clone"

# ---- text for people ----

clone "$WORK/original" "$WORK/clone"
relvm inspect "$WORK/clone"
check "the tree: the disk hangs on two base copies" said \
	"  |   |-- $old_disk  disk, 64 MiB  \"vm disk\""
check "no colour without a terminal" bash -c "! grep -q $'\e' '$OUT'"

# ---- from, and what is done already ----

relvm resign --yes --json --from "$new_sr" "$WORK/clone"
check "--from another SR: left alone" is "$(field .outcome)" "left alone"
check "--from another SR: of the schema" valid 1
check "--from another SR: untouched" same "$WORK/original" "$WORK/clone"
relvm plan --from "$new_sr" "$WORK/clone"
check "--from another SR: nothing to plan" status 1

# ---- recover ----

relvm recover --yes --json "$WORK/clone"
check "recover without an interrupted resign" is "$(field .outcome)" \
	"left alone"
check "recover: of the schema" valid 1
relvm recover "$WORK/clone"
check "recover asks nothing where there is nothing to recover" status 0
check "recover: untouched" same "$WORK/original" "$WORK/clone"

# ---- what must not be written to ----

loop=$(losetup -f --show "$WORK/clone")
relvm resign --yes "$WORK/clone"
check "a file that is a loop device: refused" status 1
check "a file that is a loop device: named" said "$loop"
losetup -d "$loop"
# ---- the same as a block device, though no SCSI disk ----

clone "$WORK/original" "$WORK/looped"
loop=$(losetup -f --show "$WORK/looped")
relvm plan --json --save-map "$WORK/map" "$loop"
check "a loop device: plan" status 0
cp "$OUT" "$WORK/plan.json"
relvm resign --yes --json --map "$WORK/map" "$loop"
check "a loop device: resigned" status 0
check "a loop device: of the schema" valid 1
losetup -d "$loop"
check "a loop device: just the writes of the plan" "$relvm_here/writes.py" \
	"$WORK/plan.json" "$WORK/original" "$WORK/looped"
check "a loop device: lvm2 and the audit agree" audited \
	"$(field .sr.new_uuid)" "$WORK/original" "$WORK/looped"
to_full_disk()
{
	STATUS=0
	"$RELVM" inspect "$WORK/clone" >/dev/full 2>"$ERR" || STATUS=$?
	: >"$OUT"
	status 1 && said "cannot be written"
}
check "a report that cannot be written is a failure" to_full_disk

flock_by_qemu()
{
	qemu-io -f raw -c "sleep 3000" "$WORK/clone" >/dev/null 2>&1 &
	local pid=$! i

	for ((i = 0; i < 100; i++)); do
		grep -q "OFDLCK.*$(stat -c %i "$WORK/clone")" /proc/locks &&
			break
		sleep 0.02
	done
	relvm resign --yes "$WORK/clone"
	kill "$pid"
	wait "$pid" 2>/dev/null
	status 1 && said "holds a lock"
}
check "a file that QEMU has open: refused" flock_by_qemu

# The journal is put into the ring, before the limit; MGT is behind it.
too_long_a_file()
{
	clone "$WORK/original" "$WORK/limited"
	(ulimit -f 4096 && relvm resign --json --yes "$WORK/limited"; exit "$STATUS")
	[[ $? = 1 && $(field .error.text) = *"committed but not finished"*"File too large" ]]
}
check "an image that may not be written that far: an error that says how it is" \
	too_long_a_file
clone "$WORK/limited" "$WORK/copy"
relvm resign --json --yes "$WORK/limited"
check "which the next run completes" is "$(field .outcome)" completed
new_sr=$(field .sr.uuid)
loop=$(losetup -f --show "$WORK/copy")
relvm resign --json --yes "$loop"
losetup -d "$loop"
check "a copy of it gets identifiers of its own, also as a loop device" is \
	"$(field .outcome) $(field ".sr.uuid == \"$new_sr\"")" "resigned true"
rm "$WORK/copy" "$WORK/limited"

# The guards need as many as the LUN does: what they cannot look at is not free.
few_files()
{
	local i

	exec 9<>"$WORK/clone"
	for ((i = 4; i < 16; i++)); do
		(
			ulimit -n $i
			exec "$RELVM" resign --yes "$WORK/clone"
		) >"$OUT" 2>"$ERR" 9>&- && return 1
	done
	exec 9>&-
	same "$WORK/original" "$WORK/clone"
}
check "an image that a process has open, and few open files: refused" few_files

# in_use NAME OPENED LUN: while this shell has OPENED open
in_use()
{
	exec 9<>"$2"
	relvm resign --yes "$3" 9>&-
	exec 9>&-
	check "$1: refused" status 1
	check "$1: named" said "process $$ (test_file.sh) has it open"
}
ln -s clone "$WORK/link"
in_use "a file that a process has open" "$WORK/clone" "$WORK/link"
loop=$(losetup -f --show "$WORK/clone")
in_use "a loop device whose file a process has open" "$WORK/clone" "$loop"
twin=$(losetup -f --show "$WORK/clone")
in_use "a loop device whose twin a process has open" "$twin" "$loop"
losetup -d "$twin"
losetup -d "$loop"

relvm resign "$WORK/clone"
check "no terminal and no --yes: 4" status 4
check "no terminal and no --yes: says so" said "wants --yes"
check "in all this the clone is untouched" same "$WORK/original" "$WORK/clone"

# ---- on a terminal ----

# on_terminal ANSWER ARG...: as relvm, but what it says is all in $OUT
on_terminal()
{
	local answer=$1 command

	shift
	printf -v command '%q ' env RELVMOISCSI_CONF="$CONF" "$RELVM" "$@"
	STATUS=0
	printf '%s\n' "$answer" |
		script -qec "$command" /dev/null >"$OUT" 2>"$ERR" || STATUS=$?
}
on_terminal n resign "$WORK/clone"
check "asked, and no: 4" status 4
check "asked, and no: which SR, of what size" \
	grep -q -E '^SR .*be264df7-81bd-47c9-b401-5d7c41a11982 .*, 3 VDIs, 2 of them' \
	"$OUT"
check "asked, and no: the question" said "in place? It must be a clone. [y/N]"
check "asked, and no: untouched" same "$WORK/original" "$WORK/clone"
on_terminal "" inspect "$WORK/clone"
check "colour on a terminal" grep -q $'\e\\[1m' "$OUT"
clone "$WORK/original" "$WORK/asked"
on_terminal y resign "$WORK/asked"
check "asked, and yes" status 0
check "asked, and yes: resigned" said "resigned, SR $old_sr"

chmod 444 "$WORK/clone"
relvm inspect "$WORK/clone"
check "inspect needs no right to write" status 0

# ---- usage ----

usage()
{
	local name=$1 text=$2

	shift 2
	relvm "$@"
	check "$name: 2" status 2
	check "$name: says so" said "$text"
}
usage "no command" "no command is given"
usage "no such command" "'nonsense' is no command" nonsense x
usage "no LUN" "no LUN is named" inspect
usage "no such option" "--nonsense" inspect --nonsense x
usage "no value" "wants a value" inspect x --map
for option in --map --luns --from --password-file; do
	usage "$option with a value that is empty" \
		"${option#--} wants a value" resign x "$option" ""
done
usage "two LUNs of one map" "for one LUN" resign --sr-uuid "$new_sr" a b
usage "several LUNs without --from" "several LUNs need --from" resign a b
usage "the same LUN twice" "named twice" resign --from "$new_sr" a a
many_names()
{
	seq -f /nonesuch/%.0f 2000 >"$WORK/names"
	echo /nonesuch/5 >>"$WORK/names"
	relvm verify --luns "$WORK/names"
	status 2 && said "/nonesuch/5 is named twice"
}
check "one of many LUNs twice" many_names
printf '\xef\xbb\xbf%s\r\n' "$WORK/original" >"$WORK/names"
relvm inspect --json --luns "$WORK/names"
check "a list that begins with a mark of its encoding" status 0
printf '\xef\xbb\xbf\r\n' >"$WORK/empty"
usage "a password of a mark alone" "the password, is empty" \
	inspect x --password-file "$WORK/empty"
usage "a password in the URL" "does not belong on the command line" \
	inspect iscsi://u%secret@host/iqn.x/1
check "and it is not repeated" bash -c "! grep -q secret '$OUT' '$ERR'"
usage "a user without a password" "there is no password" \
	--initiator-name iqn.2024-01.test:x inspect iscsi://u@host/iqn.x:y/1
usage "a target where a LUN is wanted" "names no LUN" inspect iscsi://h/iqn.x:y
usage "no map" "No such file" resign --map "$WORK/none" x
relvm inspect "$WORK/none"
check "no such image" status 1
check "no such image: says so" said "No such file"
golden neg-filesystem "$WORK/clone2"
relvm inspect --json "$WORK/clone2"
check "a LUN without an SR" is "$STATUS $(field .error.code)" "1 202"
check "a LUN without an SR: of the schema" valid 1
relvm verify "$WORK/clone2"
check "verify of it" status 3
relvm --help
check "help" said "Exit status:"
relvm --version
check "version" said "relvm "

# ---- an operation that SM was in the middle of ----

golden leaf-one_renamed "$WORK/leaf"
clone "$WORK/leaf" "$WORK/leaf.before"
relvm resign -y "$WORK/leaf"
check "leaf_ in flight: refused" status 1
check "leaf_ in flight: what to do" said "resign with journals=keep"
check "leaf_ in flight: nothing is written" same "$WORK/leaf.before" "$WORK/leaf"
relvm resign -y --json --journals keep "$WORK/leaf"
check "--journals keep: resigned" status 0
check "--journals keep: of the schema" valid 1
check "--journals keep: which VDI is to be introduced" bash -c \
	"jq -e '.warnings | any(.text | test(\"until VDI [-0-9a-f]{36} is introduced\"))' '$OUT'"
check "--journals keep: lvm2 and the audit agree" audited \
	"$(field .sr.new_uuid)" "$WORK/leaf.before" "$WORK/leaf"

# ---- verify finds what is wrong ----

clone "$WORK/original" "$WORK/twin"
relvm verify --json "$WORK/original" "$WORK/twin"
check "a clone beside its original: 3" status 3
check "a clone beside its original: the SR is there twice" \
	bash -c "jq -e '.duplicates.findings | any(.text | contains(\"SR uuid $old_sr\"))' '$OUT'"
check "a clone beside its original: of the schema" valid 1

driver_end
