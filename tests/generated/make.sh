# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# A random SR as an image. To be sourced, after lvm.sh and lvm_begin.
#
#   make_sr SEED   makes $WORK/image with $GEN and $MUTATE, and sets what
#                  $WORK/shape says of it: lvs, what, block …

# Where the shape of an SR comes from.
vg="" pv_uuid="" block="" copies="" lun_size="" lvs="" what="" words=""

# vgcfgrestore asks device-mapper for active LVs; there are none.
restore_words="Couldn't find device with uuid|/dev/mapper/control|\
device-mapper|Incompatible libdevmapper|Failed to check for active volumes"

# The VG by real lvm2, then what it would not write.
make_vg()
{
	local LVM_EXPECTED=$restore_words image=$WORK/image

	lvm_attach image "$image" "$block" &&
		lvm_run pvcreate -qq -ff -y \
			--uuid "$pv_uuid" --metadatacopies "$copies" \
			--restorefile "$WORK/vg.conf" "$LVM_DEVICES/image" &&
		lvm_run vgcfgrestore -qq -f "$WORK/vg.conf" "$vg" || return
	lvm_detach image
	truncate -s "$lun_size" "$image"
	"$MUTATE" "$image" -f "$WORK/mutations"
}

make_sr()
{
	local said

	"$GEN" "$1" "$WORK" ${POOL:+"$POOL"} || return
	# shellcheck disable=SC1091
	. "$WORK/shape"
	if ! said=$(make_vg 2>&1) || [[ -n $said ]]; then
		printf 'FAIL seed %d: %s\ncould not be made: %s\n' "$1" \
			"$what" "$said"
		return 1
	fi
}
