#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# test_content.sh BUILD: what a LUN holds decides, by sr_create as xapi calls it:
# operations that were in flight, with journals=keep and without; LUNs that no
# host would take; what the answer must tell a user of a LUN that is resigned all
# the same; snapshots=drop on QCOW2 images.

# shellcheck disable=SC2317 # functions that `check` calls
set -u
# shellcheck source=tests/driver/lib.sh
. "$(dirname "$0")/lib.sh"

driver_begin "$@"
MUTATE=$BUILD/tests/mutate
tgt_target 1 "$IQN"
number=0

# serve IMAGE: another LUN, $id; $WORK/IMAGE.before is what it was.
serve()
{
	((++number))
	id=$(lun_id "$number")
	clone "$WORK/$1" "$WORK/$1.before"
	tgt_lun 1 "$number" "$WORK/$1" scsi_id="$(lun_serial "$number")"
	XAPI_SR_UUID=$(xapi_uuid)
}

# answer_is PATTERN: with exit 0 and an empty stderr.
answer_is()
{
	answered || return
	[[ $ANSWER =~ $1 ]]
}

# refuses NAME IMAGE PATTERN [KEY=VALUE…]
refuses()
{
	call_lun "$id" "${@:4}"
	check "$1: refused" answer_is "^fault 202 .*$3"
	check "$1: nothing is written" same "$WORK/$2.before" "$WORK/$2"
}

# accepts NAME IMAGE PATTERN [KEY=VALUE…]: the answer says so, and PATTERN
accepts()
{
	call_lun "$id" "${@:4}"
	check "$1: resigned" answer_is "^$RESIGNED$3"
	check "$1: lvm2 and the audit agree" audited "$XAPI_SR_UUID" \
		"$WORK/$2.before" "$WORK/$2"
}

# ---- operations in flight ----

golden leaf-one_renamed "$WORK/leaf"
serve leaf
fails='which it cannot end under new uuids.*Make the clone again.*journals=keep.*introduce that VDI'
refuses "leaf_ to be undone" leaf "VDI 6cccead2-.*LV leaf_6cccead2.*$fails"
refuses "... with journals=refuse" leaf "$fails" journals=refuse
call_lun "$id" journals=some
check "... with another word" answer_is "^fault .*journals is 'some'.*refuse, keep"
# Which of the VDIs must be introduced: the new uuid of the one in the journal.
accepts "... with journals=keep" leaf \
	'\. leaf_[-0-9a-f]*_1: an operation .* until VDI ([-0-9a-f]{36}) is introduced' \
	journals=keep
told=$(sed -n 's/.* until VDI \([-0-9a-f]*\) is introduced.*/\1/p' <<<"$ANSWER")
check "... it names the new uuid" bash -c \
	"strings '$WORK/leaf' | grep -q '^leaf_${told}_1 {'"

# A clone that SM completes: the original and both new leaves are there. The
# journal is LVM's own work.
with_clone_journal()
{
	golden snapshots "$WORK/both" || return
	(
		vg=VG_XenStorage-$("$BUILD/relvm" inspect --json "$WORK/both" \
			2>/dev/null | jq -r .sr.uuid)
		LVM_WORLD=
		trap lvm_end EXIT
		mkdir "$WORK/make" && lvm_begin "$WORK/make" &&
			lvm_attach both "$WORK/both" &&
			LVM_EXPECTED=" not zeroed\.$" lvm_run lvcreate -qq -an \
				--wipesignatures n -Zn -l 1 --addtag journaler \
				-n "clone_${disk}_1" "$vg" &&
			lvm_run lvs --noheadings -o seg_pe_ranges \
				"$vg/clone_${disk}_1" >"$WORK/extent"
	) || return
	extent=$(sed 's/.*:\([0-9]*\)-.*/\1/' "$WORK/extent")
	"$MUTATE" "$WORK/both" put $((11 * 1048576 + extent * 4194304)) \
		"$(printf '%-512s' "73 ${base}_${snapshot}")"
}
disk=71ddec77-4b5c-4198-848a-610306b82686
base=d2384904-0dce-4879-94ac-2e1e8436ac2a
snapshot=a5d2319e-34a0-4794-b8b8-c1a71da6ceb5
check "a clone_ with both leaves" with_clone_journal
serve both
refuses "clone_, both leaves there" both "VDI $disk \(LV clone_.*$fails"
refuses "clone_, with snapshots=drop, too" both "in flight.*snapshots=keep" \
	journals=keep snapshots=drop
accepts "clone_, both leaves there, journals=keep" both \
	'\. clone_.* until VDI [-0-9a-f]{36} is introduced' journals=keep

golden journal-clone "$WORK/clone"
serve clone
accepts "clone_ to be undone" clone \
	'\. clone_.*undoes it at the first sr_attach, which fails, and the next one works'
golden journal-inflate "$WORK/inflate"
serve inflate
accepts "inflate_" inflate \
	'\. inflate_.*completes or undoes it when the SR is attached'
golden coalesce-coalescing_VHD_data "$WORK/coalesce"
serve coalesce
accepts "coalesce_" coalesce '\. coalesce_.*completes or undoes it'

# ---- what is resigned with a warning ----

golden cut-tail "$WORK/cut"
serve cut
call_lun "$id"
check "a LUN smaller than its PV: resigned, and the answer says so" answer_is \
	"^$RESIGNED\. LUN: it has [0-9]* bytes and is smaller than the [0-9]* of its PV"

# The header of MGT: $1 IMAGE, $2 what it shall be.
mgt_header()
{
	golden single-vhd "$WORK/$1" && "$MUTATE" "$WORK/$1" put \
		"$(LC_ALL=C grep -abo -m 1 'XSSM:' "$WORK/$1" | head -n 1 | cut -d : -f 1)" "$2"
}
for version in 1:0 1:1 9:9; do
	check "MGT $version" mgt_header "mgt$version" "XSSM:$(printf '%-10d' 4096):$version"
	serve "mgt$version"
	accepts "MGT $version" "mgt$version" '$'
done
check "MGT without a header" mgt_header mgt "         "
serve mgt
accepts "MGT without a header" mgt \
	'\. MGT: its header is broken: it is left as it is.*attaches the SR.*no names'

# ---- what no host would take ----

golden partitioned "$WORK/partitioned"
serve partitioned
refuses "a partition table before the label" partitioned \
	"partition table before the LVM label.*sfdisk --delete"
golden foreign-system-id "$WORK/system"
serve system
refuses "another host's system_id" system "system_id .*vgchange --systemid"
golden lvm-snapshot "$WORK/snapshot"
serve snapshot
refuses "an LVM snapshot of SM's volume" snapshot "lvremove"

# ---- QCOW2 without its snapshots ----

# Judged as any drop is, by the audit.
dropped()
{
	(
		LVM_WORLD=
		trap lvm_end EXIT
		mkdir "$WORK/drop" && lvm_begin "$WORK/drop" &&
			lvm_attach original "$WORK/qcow2.before" &&
			lvm_attach result "$WORK/qcow2" && lvm_run vgck &&
			lvm_report >"$LVM_WORLD/report" &&
			"$AUDIT" "$XAPI_SR_UUID" "$LVM_WORLD/report" original \
				"$WORK/qcow2.before" result "$WORK/qcow2" drop
	)
}
golden qcow2 "$WORK/qcow2"
serve qcow2
call_lun "$id" snapshots=drop
check "QCOW2, snapshots=drop: resigned" resigned
check "QCOW2, snapshots=drop: lvm2 and the audit agree" dropped
"$BUILD/relvm" inspect --json "$WORK/qcow2" >"$WORK/inspect" 2>/dev/null
check "QCOW2, snapshots=drop: no snapshot is left, and disks are" bash -c \
	"jq -e '([.vdis[] | select(.role == \"snapshot\")] | length == 0) and
		([.vdis[] | select(.role == \"disk\")] | length >= 2)' '$WORK/inspect'"
check "no session is left" no_session 1

driver_end
