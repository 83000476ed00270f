# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# Where things are, by the report of the real lvm2 in $WORK/report (lvm.sh). To
# be sourced.
#
#   lvs_of PV [PREFIX]      names of its LVs that begin so, in the order of their
#                           extents: the same order in original and clone
#   place PV LV BYTE        the byte of the LUN that is this byte of the LV
#   extract IMAGE PV LV FILE  the LV's bytes, into a sparse file

lvs_of()
{
	awk -F'|' -v pv="$1" -v prefix="${2-}" '
	$1 == "SEG" && $8 == 0 && index($3, prefix) == 1 {
		n = split($11, path, "/")
		split(path[n], range, /[:-]/)
		if (range[1] == pv)
			print range[2], $3
	}' "$WORK/report" | sort -n | cut -d' ' -f2
}

# Lines "first byte in the LV, first byte on the LUN, length" of its segments.
segments_of()
{
	awk -F'|' -v pv="$1" -v lv="$2" '
	$1 == "PV" && $2 == pv {
		pe_start = $4
		extent = $12
	}
	$1 == "SEG" && $3 == lv {
		n = split($11, path, "/")
		split(path[n], range, /[:-]/)
		if (range[1] == pv)
			printf "%.0f %.0f %.0f\n", $8 * extent,
				pe_start + range[2] * extent, $9 * extent
	}' "$WORK/report"
}

place()
{
	local in_lv on_lun len

	while read -r in_lv on_lun len; do
		if (($3 >= in_lv && $3 < in_lv + len)); then
			echo $((on_lun + $3 - in_lv))
			return
		fi
	done < <(segments_of "$1" "$2")
	echo "no byte $3 in $2 on $1" >&2
	return 1
}

extract()
{
	local in_lv on_lun len

	: >"$4"
	while read -r in_lv on_lun len; do
		dd if="$1" of="$4" bs=1M conv=sparse,notrunc status=none \
			iflag=skip_bytes,count_bytes oflag=seek_bytes \
			skip="$on_lun" count="$len" seek="$in_lv"
	done < <(segments_of "$2" "$3")
}
