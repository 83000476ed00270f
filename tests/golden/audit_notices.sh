#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# audit_notices.sh RESIGN_FILE AUDIT MUTATE: can the audit fail? Right results
# are spoilt, each in one way, and the audit must name it; changes that are
# allowed it must pass. Needs root. One line a check, then their count.

# shellcheck disable=SC2317 # functions that `check` calls
set -u
here=$(cd "$(dirname "$0")" && pwd)
RESIGN_FILE=$(realpath "$1")
AUDIT=$(realpath "$2")
MUTATE=$(realpath "$3")
# shellcheck source=tests/support/lvm.sh
. "$here/../support/lvm.sh"
# shellcheck source=tests/support/checks.sh
. "$here/../support/checks.sh"
# shellcheck source=tests/support/report.sh
. "$here/../support/report.sh"

WORK=$(mktemp -d)
trap 'lvm_end; rm -rf "$WORK"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
out=$WORK/checks
lvm_begin "$WORK"

# add_lv NAME SR: an LV that is not the golden image's.
add_lv()
{
	lvm_attach original "$original" &&
		LVM_EXPECTED=" not zeroed\.\$" lvm_run lvcreate -qq -an \
			--wipesignatures n -Zn -l 1 -n "$1" "VG_XenStorage-$2" ||
		exit
	lvm_detach original
}

# Unpacks a golden image and resigns its clone; both are attached and reported.
begin()
{
	name=$1
	original=$WORK/original
	clone=$WORK/clone
	sr=$(new_uuid)
	lvm_end
	rm -f "$original" "$clone"
	zstd -q -d --sparse "$here/$name.img.zst" -o "$original" || exit
	[[ -z ${FOREIGN-} ]] || add_lv "$FOREIGN" "$2"
	copy "$original" "$clone"
	resign "$clone" "$sr" || exit
	lvm_attach original "$original" || exit
	lvm_attach clone "$clone" || exit
	lvm_report >"$WORK/report" || exit
	old_sr=$(jq -r .sr_uuid "$here/$name.json")
	mapfile -t old < <(lvs_of original)
	mapfile -t new < <(lvs_of clone)
	lvm_detach clone
}

# The index of the Nth LV whose name begins so.
index_of()
{
	local i n=${2:-0}

	for ((i = 0; i < ${#old[@]}; i++)); do
		if [[ ${old[i]} == "$1"* ]] && ((n-- == 0)); then
			echo "$i"
			return
		fi
	done
	return 1
}

# at INDEX BYTE: the byte of the LUN.
at()
{
	place original "${old[$1]}" "$2"
}

# The field of an LV's or PV's line in the report.
field()
{
	grep -m1 -F "|$1|" "$WORK/report" | cut -d'|' -f"$2"
}

# The audit's word on the mutated clone.
audit_of()
{
	local status=0

	copy "$clone" "$WORK/broken"
	[[ $# -eq 0 ]] || "$MUTATE" "$WORK/broken" "$@" || return 3
	[[ -z ${TRUNCATE-} ]] || truncate -s "$TRUNCATE" "$WORK/broken"
	cp "$WORK/report" "$WORK/report.right"
	lvm_attach broken "$WORK/broken" &&
		lvm_report >"$WORK/report" &&
		audited "$sr" "$original" "$WORK/broken" || status=$?
	lvm_detach broken
	mv "$WORK/report.right" "$WORK/report"
	return "$status"
}

# notices PATTERN MUTATION…
notices()
{
	local said status=0

	said=$(audit_of "${@:2}" 2>&1) || status=$?
	if ((status != 1)) || ! grep -Eq "$1" <<<"$said"; then
		printf 'exit %d, and not "%s": %s\n' "$status" "$1" "$said"
		return 1
	fi
}

# spoilt WHAT PATTERN MUTATION…: one check.
spoilt()
{
	check "$name: $1" notices "${@:2}" >>"$out"
}

allowed()
{
	check "$name: $1" audit_of "${@:2}" >>"$out"
}

utf16le()
{
	printf '%s' "$1" | od -An -v -tx1 | tr -d ' \n' | sed 's/../&00/g'
}

raw_hex()
{
	tr -d - <<<"$1"
}

# --- a chain of VHDs and its records -----------------------------------------

begin snapshots
allowed "the result as it is"
leaf=$(index_of VHD- 1)
base=$(index_of VHD- 0)
mgt=$(index_of MGT)
old_base=${old[base]#VHD-}
new_base=${new[base]#VHD-}
old_leaf=${old[leaf]#VHD-}
new_leaf=${new[leaf]#VHD-}

spoilt "a byte of payload" "VHD-.* differ" flip "$(at "$leaf" 4194400)"
spoilt "a byte of the BAT" "VHD-.* differ" flip "$(at "$leaf" 1536)"
spoilt "a footer" "VHD-.* differ" flip "$(at "$leaf" 40)"
spoilt "a byte in no LV" "in no LV" flip $((1 << 29))
spoilt "the last byte" "in no LV" flip $(((1 << 30) - 1))
spoilt "the parent uuid of a header" "differ" \
	flip "$(at "$leaf" $((512 + 40)))" vhdsum "$(at "$leaf" 512)"
spoilt "a header's checksum" "checksum is wrong" flip "$(at "$leaf" 550)"
spoilt "the whole old header" "still has the old uuid" \
	copy "$original" "$(at "$leaf" 512)" 1024
spoilt "an old name in a header" "parent name.* still has the old" \
	copy "$original" "$(at "$leaf" 576)" 512 vhdsum "$(at "$leaf" 512)"

locators=$(at "$leaf" $((512 + 576)))
for i in 0 1 2; do
	where=$(od -An -tu8 --endian=big -j $((locators + i * 24 + 16)) -N 8 \
		"$original" | tr -d ' ')
	spoilt "an old name in locator $i" "locator $i.* still has the old" \
		copy "$original" "$(at "$leaf" "$where")" 512
done
# The locator is W2ru: .\VG_XenStorage--<40>-VHD--<40>, its last uuid.
vdi_at=$((where + 2 * (2 + 15 + 40 + 6)))
spoilt "another VDI's uuid in a locator" "became|disagree" \
	hex "$(at "$leaf" $vdi_at)" "$(utf16le "${new_leaf//-/--}")"
spoilt "the old SR in a locator" "old uuid|of SR" \
	hex "$(at "$leaf" $((where + 34)))" "$(utf16le "${old_sr//-/--}")"

spoilt "MGT's old SR" "still has the old uuid" copy "$original" \
	"$(at "$mgt" 512)" 512
spoilt "an old record" "MGT: <uuid>.*old" copy "$original" \
	"$(at "$mgt" 2560)" 512
record=$(at "$mgt" $((2560 + 1024)))
of=$(grep -abo '<snapshot_of>' < <(dd if="$clone" bs=512 count=1 \
	skip=$((record / 512)) status=none) | cut -d: -f1)
spoilt "a wrong snapshot_of" "snapshot_of.*became" \
	put $((record + of + 13)) "$new_base"
spoilt "a foreign snapshot_of" "snapshot_of.*became" \
	put $((record + of + 13)) "$(new_uuid)"
spoilt "a label" "MGT byte 2[0-9]+\).* differ" flip "$(at "$mgt" 2080)"
spoilt "MGT's length" "MGT byte 5\).* differ" flip "$(at "$mgt" 5)"
spoilt "a byte behind MGT's records" "MGT.* differ" flip "$(at "$mgt" 100000)"

# --- LVM ---------------------------------------------------------------------

new_id=$(field "${new[leaf]}" 4)
spoilt "an LV's old id" "old LVM id" text "$new_id" "$(field "${old[leaf]}" 4)"
spoilt "the VG's old id" "old LVM id" \
	text "$(field clone 11)" "$(field original 11)"
spoilt "an LV's old name" "still has the old uuid" text "$new_leaf" "$old_leaf"
spoilt "an old mention" "VG text" text '/dev/sda' "$old_base"
spoilt "a tag" "tags" text 'segment_count' \
	'tags = ["x"] segment_count'
spoilt "an LV's flag" "attributes|VG text" text ', "VISIBLE"' ''
spoilt "the VG's flag" "attributes|VG text" text '"RESIZEABLE", ' ''
spoilt "the seqno" "seqno" text 'seqno = ' 'seqno = 1'
spoilt "a space in the text" "VG text" text 'extent_size = ' 'extent_size =  '
spoilt "a time in the text" "VG text.*creation_time" text 'creation_time = 1' \
	'creation_time = 2'
spoilt "dev_size" "VG text.*dev_size" text 'dev_size = 2097152' \
	'dev_size = 2097144'
spoilt "a segment elsewhere" "segments differ" text '"pv0", 24' '"pv0", 64'
spoilt "the device size in the label" "differ" label 64 00000041
spoilt "a byte of pv_header_extension" "differ" label 500 01
spoilt "a sector beside the label" "byte 0 .*differ" flip 0
spoilt "a precommitted text" "precommitted" header 64 00020000
spoilt "other bytes of the mda_header" "byte 45.. .*differ" header 500 01
TRUNCATE=+1M spoilt "a larger image" "bytes, the original"
allowed "LVM's free ring" flip 9000000 flip $((4096 + 512 + 200000))


first=${new[$(index_of VHD- 1)]}
second=${new[$(index_of VHD- 2)]}
spoilt "two LVs exchanged" "became" text "$first" swap \
	text "$second" "$first" text swap "$second"

begin raw-and-vhd
raw=$(index_of LV-)
spoilt "a byte of a raw VDI" "LV-.* differ" flip "$(at "$raw" 1000000)"

# --- changed-block logs ------------------------------------------------------

begin cbt
for ((log = 0; log < ${#old[@]}; log++)); do
	[[ ${old[log]} == *.cbtlog ]] || continue
	where=$(at "$log" 0)
	for half in 0 16; do
		cmp -s -n 16 -i $((where + half)) "$original" "$clone" &&
			continue
		spoilt "an old link at $half" "link.* still has the old" \
			copy "$original" $((where + half)) 16
		spoilt "a wrong link at $half" "link.* became" \
			hex $((where + half)) "$(raw_hex "$(new_uuid)")"
	done
	spoilt "the log's flag" "cbtlog byte 32" flip $((where + 32))
	break
done
for ((log = 0; log < ${#old[@]}; log++)); do
	[[ ${old[log]} == *.cbtlog ]] || continue
	where=$(at "$log" 0)
	zero=$(od -An -v -tx1 -N 16 -j "$where" "$original" | tr -d ' 0\n')
	if [[ -z $zero ]]; then
		spoilt "a link where there was none" "there was no uuid" \
			hex "$where" "$(raw_hex "$(new_uuid)")"
		break
	fi
done

# --- journals ----------------------------------------------------------------

begin journal-clone
journal=$(index_of clone_)
spoilt "an old journal value" "journal value.*still has the old" \
	copy "$original" "$(at "$journal" 0)" 512
spoilt "a byte behind the value" "clone_.* differ" \
	flip "$(at "$journal" 200)"
spoilt "an old journal name" "still has the old uuid" \
	text "${new[journal]}" "${old[journal]}"

# --- what is not SM's ---------------------------------------------------------

foreign=hb-$(new_uuid)
FOREIGN=$foreign begin single-vhd \
	"$(jq -r .sr_uuid "$here/single-vhd.json")"
allowed "a foreign LV whose name stays"
spoilt "a foreign LV with a new name" "hb-.* became hb-" \
	text "$foreign" "hb-$(new_uuid)"
spoilt "a foreign LV with its old id" "old LVM id" \
	text "$(sed -n "/|$foreign|.*\/clone:/p" "$WORK/report" | cut -d"|" -f4)" \
	"$(sed -n "/|$foreign|.*\/original:/p" "$WORK/report" | cut -d"|" -f4)"

cat "$out"
checks_sum "$out"
