#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# drop.sh RESIGN_FILE AUDIT: golden SRs with snapshots=drop. What the manifest
# calls a snapshot is gone, whatever a remaining VDI stands on is there, its
# content is the original's, and lvm2, the audit and a second resign accept the
# result. The audit can see wrong ones. Needs root.
# shellcheck disable=SC2317 # functions that `check` calls
set -u
here=$(cd "$(dirname "$0")" && pwd)
RESIGN_FILE=$(realpath "$1")
AUDIT=$(realpath "$2")
WORK=$(mktemp -d)
export RESIGN_FILE AUDIT WORK
# shellcheck source=tests/support/lvm.sh
. "$here/../support/lvm.sh"
# shellcheck source=tests/support/checks.sh
. "$here/../support/checks.sh"
# shellcheck source=tests/support/report.sh
. "$here/../support/report.sh"
trap 'lvm_end; rm -rf "$WORK"' EXIT
trap 'exit 143' INT TERM

# VDIs that are no snapshot, and their ancestors.
kept_by_manifest()
{
	jq '(.vdis | map({(.uuid): .}) | add) as $all |
		[.vdis[] | select(.managed and (.is_a_snapshot | not)) | .uuid |
			recurse($all[.].parent // empty)] | unique | length' \
		"$here/$1.json"
}

volumes()
{
	lvs_of "$1" VHD-
	lvs_of "$1" LV-
}

right_volumes()
{
	local want have

	want=$(kept_by_manifest "$1")
	have=$(volumes clone | wc -l)
	echo "$have of $(volumes original | wc -l) volumes"
	[[ $have == "$want" ]]
}

# The name in a VHD's header, in either form, as the LV's name.
parent_of()
{
	tail -c +577 "$1" | head -c 512 | tr -d '\0' |
		sed 's/--/-/g; s/.*\(VHD-\|LV-\)/\1/'
}

report()
{
	lvm_report >"$WORK/report"
}

same_content()
{
	local lv old parent
	local -A at=()

	for old in $(volumes original); do
		at[$(place original "$old" 0)]=$old
	done
	for lv in $(lvs_of clone VHD-); do
		old=${at[$(place clone "$lv" 0)]}
		extract "$WORK/original" original "$old" "$WORK/a.vhd"
		extract "$WORK/clone" clone "$lv" "$WORK/b.vhd"
		qemu-img compare -f vpc -F vpc "$WORK/a.vhd" "$WORK/b.vhd" \
			>"$WORK/said" || return
		parent=$(parent_of "$WORK/b.vhd")
		if [[ -n $parent ]] && ! volumes clone | grep -qx "$parent"; then
			echo "$lv: its parent $parent is not there"
			return 1
		fi
	done
}

no_snapshot_in_mgt()
{
	extract "$WORK/clone" clone MGT "$WORK/mgt"
	! grep -a '<is_a_snapshot>1<' <(sed 's/<vdi>/\n&/g' "$WORK/mgt") |
		grep -aq '<deleted>0<'
}

no_lost_log()
{
	local log

	for log in $(lvs_of clone | grep '\.cbtlog$'); do
		volumes clone | grep -q -- "-${log%.cbtlog}\$" || return
	done
}

# audit_says WORDS [drop]: of the clone, which is attached.
audit_says()
{
	local said

	report || return
	said=$(audited "$sr" "$WORK/original" "$WORK/clone" ${2:+"$2"})
	echo "$said"
	grep -q "$1" <<<"$said"
}

lvm_begin "$WORK"
for name in single-vhd snapshots cbt raw-and-vhd; do
	zstd -q -d --sparse "$here/$name.img.zst" -o "$WORK/original"
	copy "$WORK/original" "$WORK/clone"
	sr=$(new_uuid)
	check "$name: drop" resign "$WORK/clone" "$sr" 512 drop
	lvm_attach original "$WORK/original"
	lvm_attach clone "$WORK/clone"
	check "$name: lvm2 lists both" report
	check "$name: vgck" lvm_run vgck
	check "$name: the right volumes" right_volumes "$name"
	check "$name: content and parents" same_content
	check "$name: no snapshot in MGT" no_snapshot_in_mgt
	check "$name: the audit" audited "$sr" "$WORK/original" \
		"$WORK/clone" drop
	check "$name: no log without its volume" no_lost_log
	lvm_detach clone
	lvm_detach original
	copy "$WORK/clone" "$WORK/before"
	check "$name: a repeated call" resign "$WORK/clone" "$sr" 512 drop
	check "$name: ... writes nothing" cmp "$WORK/before" "$WORK/clone"
	check "$name: resign it again" resign "$WORK/clone" "$(new_uuid)"
	rm -f "$WORK/original" "$WORK/clone" "$WORK/before"
done

# What the audit must see.
name=snapshots
zstd -q -d --sparse "$here/$name.img.zst" -o "$WORK/original"
copy "$WORK/original" "$WORK/clone"
check "$name: keep" resign "$WORK/clone" "$sr"
lvm_attach original "$WORK/original"
lvm_attach clone "$WORK/clone"
check "a snapshot that stays is noticed" audit_says \
	"is a snapshot, and was kept" drop
mapfile -t old < <(volumes original)
mapfile -t new < <(volumes clone)
for ((i = 0; i < ${#old[@]}; i++)); do
	[[ ${old[i]} == VHD-71ddec77-* ]] && disk=${new[i]}
	[[ ${old[i]} == VHD-a5d2319e-* ]] && snapshot=${new[i]}
done
lvm_run lvremove -qq -f "VG_XenStorage-$sr/$snapshot"
check "a record that is not marked is noticed" audit_says \
	"MGT byte .* the first must be 31 and is 30" drop
lvm_run lvremove -qq -f "VG_XenStorage-$sr/$disk"
check "a disk that is gone is noticed" audit_says \
	"$(volumes original | grep 71ddec77) was dropped, and is no snapshot's" drop
lvm_end
copy "$WORK/original" "$WORK/clone"
check "$name: drop" resign "$WORK/clone" "$sr" 512 drop
lvm_attach original "$WORK/original"
lvm_attach clone "$WORK/clone"
check "drop that was not asked for is noticed" audit_says \
	"the original has 6 LVs, the result 4"
lvm_end
rm -f "$WORK/original" "$WORK/clone"

# With the same uuid, but with snapshots that this call wants dropped.
zstd -q -d --sparse "$here/snapshots.img.zst" -o "$WORK/clone"
check "keep" resign "$WORK/clone" "$sr" 512 keep
copy "$WORK/clone" "$WORK/before"
check "keep, then drop with one uuid: refused" grep -q ' already; ' \
	<("$RESIGN_FILE" "$WORK/clone" "$sr" 512 drop 2>&1)
check "keep, then drop with one uuid: unchanged" cmp "$WORK/before" \
	"$WORK/clone"
rm -f "$WORK/clone" "$WORK/before"

for name in journal-clone no-mgt; do
	zstd -q -d --sparse "$here/$name.img.zst" -o "$WORK/original"
	copy "$WORK/original" "$WORK/clone"
	check "$name: refused" grep -q '^snapshots=drop: ' \
		<("$RESIGN_FILE" "$WORK/clone" "$(new_uuid)" 512 drop 2>&1)
	check "$name: unchanged" cmp "$WORK/original" "$WORK/clone"
	rm -f "$WORK/original" "$WORK/clone"
done
