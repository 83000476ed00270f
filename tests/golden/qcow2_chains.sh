#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# qcow2_chains.sh OLD_VG NEW_VG MAPS: what qemu says of QCOW2 volumes, each at
# the places that its backing files' names give it, /dev/VG/LV and
# device-mapper's. MAPS has lines "VG LV IMAGE OFFSET LENGTH", one a segment, the
# original's and the clone's in the same order. A volume in one piece is mapped;
# with QCOW2_FILES set it is a file, as one of several pieces always is.
# Of each pair: a clone's chain names the clone's volumes alone, it is sound,
# and what a VM reads is the same. To be run as root by `unshare -m
# --propagation unchanged`, so that nobody else sees the volumes: where / is no
# mount, in a chroot, unshare cannot keep them to itself, but /dev is one there.
set -u
mount --make-rprivate /dev 2>/dev/null || mount --make-rprivate / || exit
old_vg=$1 new_vg=$2 maps=$3
loops=()
clean_up()
{
	((${#loops[@]} == 0)) || losetup -d "${loops[@]}"
	umount "/dev/$old_vg" "/dev/$new_vg" /dev/mapper
	rmdir "/dev/$old_vg" "/dev/$new_vg" 2>/dev/null
}
trap clean_up EXIT
for dir in "$old_vg" "$new_vg" mapper; do
	mkdir -p "/dev/$dir"
	mount -t tmpfs tmpfs "/dev/$dir" || exit
done
# shellcheck disable=SC2094 # $maps is only read
while read -r vg lv image offset length; do
	mapper=/dev/mapper/${vg//-/--}-${lv//-/--}
	[[ -e $mapper ]] || ln -s "/dev/$vg/$lv" "$mapper"
	if [[ -z ${QCOW2_FILES-} && $(grep -c "^$vg $lv " "$maps") == 1 ]]; then
		loop=$(losetup -f --show -r -o "$offset" --sizelimit "$length" \
			"$image") || exit
		loops+=("$loop")
		ln -s "$loop" "/dev/$vg/$lv"
	else
		dd if="$image" of="/dev/$vg/$lv" bs=1M skip="$offset" \
			count="$length" iflag=skip_bytes,count_bytes \
			oflag=append conv=notrunc status=none || exit
	fi
done <"$maps"

images()
{
	awk -v vg="$1" '$1 == vg && /QCOW2-/ && !seen[$2]++ { print $2 }' "$maps"
}

seen=0
while read -r old new; do
	old=/dev/$old_vg/$old new=/dev/$new_vg/$new
	qemu-img info --backing-chain --output=json "$new" >"$maps.info" || exit
	if jq -r '.[] | .filename, ."full-backing-filename" // empty' \
		"$maps.info" | grep -Ev "/dev/$new_vg/|/dev/mapper/${new_vg//-/--}-" ||
		grep -E "$old_vg|${old_vg//-/--}" "$maps.info"; then
		echo "$new: its chain leaves the clone"
		exit 1
	fi
	[[ $(jq length "$maps.info") == $(qemu-img info --backing-chain \
		--output=json "$old" | jq length) ]] || exit
	qemu-img check -q "$new" && qemu-img compare -q "$old" "$new" || exit
	((++seen))
done < <(paste -d ' ' <(images "$old_vg") <(images "$new_vg"))
((seen > 0)) && echo "$seen"
