# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# The real lvm2 on images, through loop devices and without device-mapper:
# the judge of every result. To be sourced.
#
#   lvm_begin DIR           a private LVM world in DIR, which must exist
#   lvm_attach NAME IMAGE [BLOCK_SIZE]  IMAGE appears to LVM as the device
#                           $LVM_DEVICES/NAME, and it sees no other device
#   lvm_detach NAME…        takes them away
#   lvm_end                 detaches all; call it from a trap on EXIT
#   lvm_run ARG…            runs `lvm ARG…`. Any word of it on stderr, such as
#                           a warning of duplicates, is a failure. One that is
#                           expected matches LVM_EXPECTED, if that is set.
#   lvm_report              what LVM says of all attached images, in the lines
#                           that tests/support/audit reads
#
# All need root. Several worlds may be used at once, also in parallel.

# What every command says here, and should.
LVM_NO_DM="WARNING: Activation disabled. No device-mapper interaction will be \
attempted."

lvm_begin()
{
	LVM_WORLD=$1
	LVM_DEVICES=$LVM_WORLD/dev
	mkdir -p "$LVM_DEVICES" "$LVM_WORLD/lock" "$LVM_WORLD/loop"
	cat >"$LVM_WORLD/lvm.conf" <<-END
		devices {
			scan = [ "$LVM_DEVICES" ]
			global_filter = [ "a|^$LVM_DEVICES/|", "r|.*|" ]
			use_devicesfile = 0
			hints = "none"
			external_device_info_source = "none"
			obtain_device_list_from_udev = 0
			sysfs_scan = 0
			md_component_detection = 0
			multipath_component_detection = 0
			scan_lvs = 0
		}
		global {
			locking_dir = "$LVM_WORLD/lock"
			activation = 0
			event_activation = 0
			use_lvmpolld = 0
			use_lvmlockd = 0
			system_id_source = "none"
			notify_dbus = 0
		}
		backup {
			backup = 1
			backup_dir = "$LVM_WORLD/backup"
			archive = 0
		}
		activation { monitoring = 0 udev_sync = 0 udev_rules = 0 }
		log { syslog = 0 }
	END
}

# Prints the loop device. The node may be missing where /dev is not the
# kernel's own.
lvm_loop_up()
{
	local try node

	for try in 1 2 3 4 5 6 7 8; do
		losetup -f --show "$@" 2>"$LVM_WORLD/losetup.err" && return
		node=$(losetup -f 2>>"$LVM_WORLD/losetup.err") || continue
		[[ -b $node ]] ||
			mknod "$node" b 7 "${node#/dev/loop}" 2>/dev/null || :
		sleep "0.0$try"
	done
	cat "$LVM_WORLD/losetup.err" >&2
	return 1
}

lvm_attach()
{
	local name=$1 image=$2 block=${3:-512} loop

	loop=$(lvm_loop_up --sector-size "$block" "$image") || return
	# Noted first, so that an interrupted test still detaches it.
	printf '%s\n' "$loop" >"$LVM_WORLD/loop/$name"
	ln -s "$loop" "$LVM_DEVICES/$name"
}

lvm_detach()
{
	local name

	for name in "$@"; do
		rm -f "$LVM_DEVICES/$name"
		losetup -d "$(<"$LVM_WORLD/loop/$name")"
		rm -f "$LVM_WORLD/loop/$name"
	done
}

lvm_end()
{
	local note

	[[ -n ${LVM_WORLD-} ]] || return 0
	for note in "$LVM_WORLD"/loop/*; do
		[[ -e $note ]] && lvm_detach "${note##*/}"
	done
	return 0
}

lvm_run()
{
	local status=0 said err=$LVM_WORLD/err.$BASHPID

	LVM_SYSTEM_DIR=$LVM_WORLD LVM_SUPPRESS_FD_WARNINGS=1 LC_ALL=C \
		lvm "$1" --driverloaded n "${@:2}" \
		2>"$err" || status=$?
	said=$(grep -Ev "$LVM_NO_DM${LVM_EXPECTED:+|$LVM_EXPECTED}" "$err") || :
	rm -f "$err"
	if [[ -n $said ]]; then
		printf 'lvm %s: %s\n' "$1" "$said" >&2
		return 5
	fi
	return "$status"
}

lvm_report()
{
	local list=(--noheadings --separator '|' --units b --nosuffix)

	{
		lvm_run pvs "${list[@]}" -o pv_name,pv_uuid,pe_start,pv_size,\
dev_size,pv_mda_count,pv_mda_used_count,pv_pe_count,vg_name,vg_uuid,\
vg_extent_size,vg_seqno,vg_attr | sed "s|^ *$LVM_DEVICES/|PV\||" &&
		lvm_run lvs --segments -a "${list[@]}" -O vg_name,lv_name,\
seg_start_pe -o vg_name,lv_name,lv_uuid,lv_attr,lv_size,lv_tags,\
seg_start_pe,seg_size_pe,segtype,seg_pe_ranges | sed 's/^ */SEG|/'
	}
}
