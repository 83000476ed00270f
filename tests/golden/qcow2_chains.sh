#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# qcow2_chains.sh OLD_VG NEW_VG MAPS: what qemu says of QCOW2 volumes, each at
# the place that its backing files' names give it, /dev/VG/LV. MAPS has lines
# "VG LV IMAGE OFFSET LENGTH", the original's and the clone's in the same order.
# Of each pair: a clone's chain names the clone's volumes alone, it is sound,
# and what a VM reads is the same. To be run as root by `unshare -m`, so that
# nobody else sees the volumes.
set -u
old_vg=$1 new_vg=$2 maps=$3
loops=()
clean_up()
{
	((${#loops[@]} == 0)) || losetup -d "${loops[@]}"
	umount "/dev/$old_vg" "/dev/$new_vg"
	rmdir "/dev/$old_vg" "/dev/$new_vg" 2>/dev/null
}
trap clean_up EXIT
for vg in "$old_vg" "$new_vg"; do
	mkdir -p "/dev/$vg"
	mount -t tmpfs tmpfs "/dev/$vg" || exit
done
while read -r vg lv image offset length; do
	loop=$(losetup -f --show -r -o "$offset" --sizelimit "$length" "$image") ||
		exit
	loops+=("$loop")
	ln -s "$loop" "/dev/$vg/$lv"
done <"$maps"

seen=0
while read -r old new; do
	old=/dev/$old_vg/$old new=/dev/$new_vg/$new
	qemu-img info --backing-chain --output=json "$new" >"$maps.info" || exit
	if jq -r '.[] | .filename, ."full-backing-filename" // empty' \
		"$maps.info" | grep -v "^/dev/$new_vg/"; then
		echo "$new: its chain leaves the clone"
		exit 1
	fi
	[[ $(jq length "$maps.info") == $(qemu-img info --backing-chain \
		--output=json "$old" | jq length) ]] || exit
	qemu-img check -q "$new" && qemu-img compare -q "$old" "$new" || exit
	((++seen))
done < <(paste -d ' ' <(awk -v vg="$old_vg" '$1 == vg && /QCOW2-/ { print $2 }' \
	"$maps") <(awk -v vg="$new_vg" '$1 == vg && /QCOW2-/ { print $2 }' "$maps"))
((seen > 0)) && echo "$seen"
