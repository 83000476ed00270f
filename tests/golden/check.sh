#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# check.sh MANIFEST WORK: all checks of one golden image, one line each.
# RESIGN_FILE, AUDIT, MUTATE and RELVM name the programs; WORK is an empty directory, and
# gone in the end.

# shellcheck disable=SC2317 # functions that `check` calls
set -u
here=$(dirname "$0")
manifest=$1
export WORK=$2
# shellcheck source=tests/support/lvm.sh
. "$here/../support/lvm.sh"
# shellcheck source=tests/support/checks.sh
. "$here/../support/checks.sh"
# shellcheck source=tests/support/report.sh
. "$here/../support/report.sh"

name=$(basename "$manifest" .json)
# What lvm2 says of the original, and may say of its clone.
LVM_EXPECTED=$(jq -r '.lvm_says // empty' "$manifest")
original=$WORK/original
clone=$WORK/clone

# The image is what its manifest says, as lvm2 sees it.
as_manifest()
{
	diff <(jq -r '.lvs[] | "\(.name) \(.size | tostring | rtrimstr("B")) \(
		.tags | if type == "array" then join(",") else . end) \(
		.segments)"' "$manifest" | sort) \
		<(lvm_run lvs --noheadings --separator ' ' --units b --nosuffix \
			-o lv_name,lv_size,lv_tags,seg_count |
			sed 's/^ *//' | sort)
}

# So that an audit of nothing is no success: every VDI of the manifest has been
# seen, by the uuid that it got.
every_vdi_mapped()
{
	local vdi

	for vdi in $(roles_by_manifest | cut -d' ' -f1); do
		grep -q "|[^|]*${vdi}[^|]*|" "$WORK/report" || {
			echo "lvm does not list $vdi"
			return 1
		}
	done
}

# What each VDI is, as SM said when the image was made: "uuid managed snapshot".
roles_by_manifest()
{
	jq -r '(.vdis // .mgt_records // [])[] |
		"\(.uuid) \(.managed | IN(true, "1")) \(.is_a_snapshot |
			IN(true, "1"))"' "$manifest" | sort
}

# The same in our own words; a VDI that SM does not name is none that it shows
# but for a log that has outlived its data.
roles()
{
	local said

	"$RELVM" inspect --json "$original" >"$WORK/inspect" || return
	jq -r '.vdis[] | "\(.uuid) \(.role != "base copy") \(.role |
		IN("snapshot", "log only"))"' "$WORK/inspect" | sort -u \
		>"$WORK/roles"
	said=$(diff <(roles_by_manifest) "$WORK/roles" | grep '^[<>]' |
		grep -v '^> [^ ]* \(false false\|true true\)$') || :
	[[ -z $said ]] || { echo "$said"; return 1; }
	wc -l <"$WORK/roles"
}

# An operation that SM cannot end under new uuids.
needs_keep()
{
	local said

	said=$("$RESIGN_FILE" "$clone" "$(new_uuid)" 512 keep refuse 2>&1) &&
		return 1
	echo "$said"
	grep -q 'journals=keep' <<<"$said" && cmp "$original" "$clone"
}

report()
{
	lvm_report >"$WORK/report"
}

vgck()
{
	lvm_run vgck
}

# The result is a VG that LVM goes on with. Where a trim was cut short, its
# volume, which SM finds by the SR's uuid, holds all free space.
grows()
{
	local vg=VG_XenStorage-$1

	if grep -q "^SEG|$vg|[0-9a-f-]*_trim_lv|" "$WORK/report"; then
		lvm_run lvremove -qq -f "$vg/${1}_trim_lv" || return
	fi

	# Nothing can be zeroed where there is no device-mapper.
	LVM_EXPECTED=" not zeroed\.${LVM_EXPECTED:+|$LVM_EXPECTED}" lvm_run lvcreate -qq -an --wipesignatures n -Zn -l 1 -n grown "$vg" &&
		lvm_run vgck "$vg" &&
		lvm_run lvs --noheadings -o lv_name "$vg/grown" >/dev/null &&
		lvm_run lvremove -qq -f "$vg/grown"
}

# qemu says the same of each VHD before and after: its kind, size and content.
# (It reads a differencing VHD's own blocks and does not follow its parent.)
same_for_qemu()
{
	local -a old new
	local i said seen=0

	mapfile -t old < <(lvs_of original VHD-)
	mapfile -t new < <(lvs_of clone VHD-)
	for ((i = 0; i < ${#old[@]}; i++)); do
		extract "$original" original "${old[i]}" "$WORK/a.vhd"
		extract "$clone" clone "${new[i]}" "$WORK/b.vhd"
		# An LV may have been made and never formatted.
		[[ $(head -c 8 "$WORK/a.vhd" | tr -d '\0') == conectix ]] ||
			continue
		if ! said=$(diff \
			<(cd "$WORK" && qemu-img info -f vpc a.vhd | grep -vE '^ *(image|filename): ') \
			<(cd "$WORK" && qemu-img info -f vpc b.vhd | grep -vE '^ *(image|filename): ')) ||
			! said=$(qemu-img compare -f vpc -F vpc \
				"$WORK/a.vhd" "$WORK/b.vhd"); then
			echo "${old[i]} and ${new[i]}: $said"
			return 1
		fi
		((++seen))
	done
	rm -f "$WORK/a.vhd" "$WORK/b.vhd"
	echo "$seen of ${#old[@]} VHDs"
}

# The VG, LV, image, first byte and length of each volume of QCOW2 chains.
qcow2_maps()
{
	local lv in_lv on_lun len

	for lv in $(lvs_of "$1" QCOW2-) $(lvs_of "$1" LV-); do
		read -r in_lv on_lun len < <(segments_of "$1" "$lv")
		# shellcheck disable=SC2153
		echo "$2 $lv $WORK/$1 $on_lun $len"
	done
}

qcow2_chains()
{
	local old new

	old=VG_XenStorage-$(jq -r .sr_uuid "$manifest") new=VG_XenStorage-$1
	{
		qcow2_maps original "$old"
		qcow2_maps clone "$new"
	} >"$WORK/maps"
	unshare -m --propagation unchanged "$here/qcow2_chains.sh" "$old" "$new" "$WORK/maps"
}

must_resign()
{
	local sr=$1 again=$2

	lvm_attach original "$original"
	if [[ $(jq '.lvs | length' "$manifest") -gt 0 ]]; then
		check "$name: original is as its manifest says" as_manifest
	fi
	if [[ -n $(roles_by_manifest) ]]; then
		check "$name: roles" roles
	fi
	if [[ $(jq -r .journals "$manifest") == keep ]]; then
		check "$name: refused without journals=keep" needs_keep
	fi
	check "$name: resign" resign "$clone" "$sr" || return
	lvm_attach clone "$clone"
	check "$name: lvm2 lists original and clone" report || return
	check "$name: every VDI is seen" every_vdi_mapped
	check "$name: vgck on both" vgck
	check "$name: audit" audited "$sr" "$original" "$clone"
	check "$name: qemu-img sees the same VHDs" same_for_qemu

	if [[ -n $(lvs_of original QCOW2-) ]]; then
		check "$name: qemu-img follows the clone's chains" \
			qcow2_chains "$sr"
	fi

	copy "$clone" "$WORK/again"
	check "$name: resign the clone" resign "$WORK/again" "$again" || return
	lvm_attach again "$WORK/again"
	check "$name: lvm2 lists all three" report
	check "$name: vgck on all three" vgck
	check "$name: audit the clone's clone" audited "$again" "$clone" \
		"$WORK/again"
	check "$name: audit it against the original" audited "$again" \
		"$original" "$WORK/again"
	check "$name: lvcreate on the result" grows "$again"
}

trap 'lvm_end; rm -rf "${WORK:?}"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
lvm_begin "$WORK"
check "$name: unpack" zstd -q -d --sparse "${manifest%.json}.img.zst" \
	-o "$original" || exit
copy "$original" "$clone"
case $(jq -r .expect "$manifest") in
resign*)
	must_resign "$(new_uuid)" "$(new_uuid)"
	;;
refuse*)
	check "$name: refuse" refused "$clone"
	;;
*)
	check "$name: manifest says what to expect" false
	;;
esac
exit 0
