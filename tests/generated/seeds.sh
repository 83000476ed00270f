#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# seeds.sh WORK FIRST STEP LAST: the SRs of seeds FIRST, FIRST+STEP … up to LAST,
# each made, resigned, judged, resigned again and judged again; one line each.
# Called by run.sh, which names the programs in RESIGN_FILE, AUDIT, GEN, MUTATE
# and RERUN. WORK is an empty directory.

# shellcheck disable=SC2317 # functions that `check` calls
set -u
here=$(dirname "$0")
export WORK=$1
# shellcheck source=tests/support/lvm.sh
. "$here/../support/lvm.sh"
# shellcheck source=tests/support/checks.sh
. "$here/../support/checks.sh"
# shellcheck source=tests/generated/make.sh
. "$here/make.sh"

image=$WORK/image
clone=$WORK/clone
again=$WORK/again

report()
{
	local LVM_EXPECTED=${expected-}

	lvm_run vgck && lvm_report >"$WORK/report"
}

# The segments of $1's volumes of QCOW2 chains, in the order of its extents, which
# a clone shares: VG, LV, image, place and length in bytes.
qcow2_maps()
{
	awk -F'|' -v pv="$1" -v image="$WORK/$1" '
		$1 == "PV" && $2 == pv { start = $4; vg = $10; extent = $12 }
		$1 == "SEG" && $2 == vg && $3 ~ /^(QCOW2|LV)-/ {
			split($11, range, /[:-]/)
			first = range[length(range) - 1]
			if ($3 != lv)
				key = first
			lv = $3
			printf "%d %d %s %s %s %.0f %.0f\n", key, NR, vg, lv, \
				image, start + first * extent, $9 * extent
		}' "$WORK/report" | sort -n -k 1,1 -k 2,2 | cut -d ' ' -f 3-
}

qcow2_chains()
{
	local said

	{
		qcow2_maps image
		qcow2_maps clone
	} >"$WORK/maps"
	said=$(QCOW2_FILES=1 unshare -m --propagation unchanged \
		"$here/../golden/qcow2_chains.sh" "$vg" \
		"VG_XenStorage-$1" "$WORK/maps" 2>&1) || { echo "$said"; return 1; }
	echo "$said QCOW2 images"
}

resigned_twice()
{
	local sr next

	sr=$(new_uuid)
	next=$(new_uuid)
	copy "$image" "$clone" &&
		resign "$clone" "$sr" "$block" &&
		copy "$clone" "$again" &&
		resign "$again" "$next" "$block" &&
		lvm_attach image "$image" "$block" &&
		lvm_attach clone "$clone" "$block" &&
		lvm_attach again "$again" "$block" &&
		report &&
		audited "$sr" "$image" "$clone" &&
		audited "$next" "$clone" "$again" >/dev/null || return
	[[ -z $qcow2 ]] || qcow2_chains "$sr"
}

# Where it may be refused, too; then with nothing changed.
resigned_or_not()
{
	local said

	if [[ -n $may_refuse ]] && copy "$image" "$clone" &&
		said=$(refused "$clone" "$block") &&
		grep -Eq "$may_refuse" <<<"$said"; then
		echo "refused: $said"
		return
	fi
	resigned_twice
}

refused_with_words()
{
	local said

	[[ -z ${truncate-} ]] || truncate -s "$truncate" "$image"
	said=$(refused "$image" "$block") || { echo "$said"; return 1; }
	echo "$said"
	grep -Eq "$words" <<<"$said" || { echo "without: $words"; return 1; }
}

# In a subshell of its own, for the variables of the shape.
seed()
{
	local expect="" expected="" may_refuse="" truncate="" qcow2=""

	make_sr "$1" || return
	if [[ $expect == refuse ]]; then
		check "seed $1: $what" refused_with_words
	else
		check "seed $1: $what, $lvs LVs" resigned_or_not
	fi
}

trap 'lvm_end' EXIT
# Between two seeds, so that nothing stays attached.
trap 'exit 130' INT
trap 'exit 143' TERM
lvm_begin "$WORK"
for ((s = $2; s <= $4; s += $3)); do
	(seed "$s") || printf 'rerun: %s %d 1\n' "$RERUN" "$s"
	lvm_end
done
exit 0
