#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# relvmohba.sh BUILD [PATTERN]: `xe sr-create type=relvmohba`, through the
# stand-in for xapi: a clone beside its original, which is attached and under I/O,
# by one path and by two; what is refused; the list that there is to choose from,
# against SM's own (hba_devlist.xml).
# shellcheck disable=SC2317 # run_test calls the functions
set -u

# shellcheck disable=SC2034 # for guest.sh
guest_limit=1800
# shellcheck source=guest.sh
. "$(dirname -- "$0")/guest.sh"
# shellcheck source=lib/hba.sh
. "$host_dir/lib/hba.sh"
# shellcheck source=../support/xapi.sh
. "$host_tree/tests/support/xapi.sh"
# shellcheck source=../xapi/lib.sh
. "$host_tree/tests/xapi/lib.sh"

# shellcheck disable=SC2034 # for the stand-in's library
{
	BUILD=$build
	PROGRAM=$build/RELVMoISCSISR
	TOOLS=$build/tests/support
	WORK=/tmp/xapi
	CONF=$WORK/conf
}
mkdir -p "$WORK"
echo "inventory = $WORK/inventory.xs1" >"$CONF"
standin_begin xs1 xs2 || exit 1
echo "inventory = $WORK/inventory.xs1" >>"$CONF"
standin_hosts
xe host-list name-label=xs1 params=uuid --minimal
host=$(<"$WORK/xe.out")

# The plugin: the real one on this host; the other host, which would have a kernel
# of its own, says what is in $WORK/other.
cat >"$WORK/plugins/relvmoiscsi" <<END
#!/bin/bash
case \$RELVMOISCSI_CONF in *xs1) exec $build/relvmoiscsi "\$1" ;; esac
grep -o '<methodName>[a-z_]*' <<<"\$1" | sed 's/.*>//' >>$WORK/asked
cat $WORK/other
END
chmod +x "$WORK/plugins/relvmoiscsi"

plugin_says() {
	local xml='<?xml version="1.0"?><methodResponse><params><param><value><struct><member><name>Status</name><value>'
	case $1 in
	free) xml+='Success</value></member><member><name>Value</name><value>{}</value></member>' ;;
	used) xml+='Failure</value></member><member><name>ErrorDescription</name><value><array><data><value>SR_BACKEND_FAILURE_16</value><value><string></string></value><value>sda is in use</value><value><string></string></value></data></array></value></member>' ;;
	esac
	echo "$xml</struct></value></param></params></methodResponse>" >"$WORK/other"
	: >"$WORK/asked"
}
plugin_says free

success="Error parameters: , Error reporting error, unknown key The SR has been successfully resigned. Use the lvmohba type to attach it"

# create [KEY=VALUE]...: with this device_config; what xe says is in /tmp/said
create() {
	: >"$WORK/asked"
	xe sr-create name-label=clone type=relvmohba shared=true "${@/#/device-config:}" && fail 'xe sr-create made an SR'
	cp "$WORK/xe.err" /tmp/said
	[ "$(records sr-list type=relvmohba)" = 0 ] || fail 'an SR stays on record'
}

said() {
	grep -q -e "$1" /tmp/said || fail "not '$1': $(cat /tmp/said; tail -n 3 "$STANDIN_LOG")"
}

resigned() {
	said "^$success, $"
}

# refused [PATTERN]: as in use; xapi drops the text, the log has it.
refused() {
	said 'a device underlying the SR is in use'
	[ -z "${1:-}" ] || tail -n 1 "$STANDIN_LOG" | grep -q -e "$1" ||
		fail "not '$1': $(tail -n 1 "$STANDIN_LOG")"
}

untouched() {
	same_images /tmp/pristine.img /tmp/clone.img || fail 'the clone was written to'
}

# The SR on a device.
sr_on() {
	dd if="$1" bs=1M count=1 iflag=direct status=none | grep -ao 'VG_XenStorage-[0-9a-f-]* {' | tail -n 1 |
		sed 's/VG_XenStorage-//; s/ {//'
}

# Two LUNs' maps and links, without what tells of their content: LVM's links.
names_there() {
	find /dev/mapper /dev/disk -mindepth 1 \( ! -type d ! -lname '*/loop*' ! -name '*lvm-pv*' \) -printf '%p %l\n' | sort
}

# udev_knows DEVICE: the PV's id, which is what is on it.
udev_knows() {
	udevadm settle
	[ "$(udevadm info -q property -n "$1" | sed -n 's/^ID_FS_UUID=//p')" = "$(head -c 4096 "$1" | grep -ao 'LVM2 001.\{32\}' |
		sed 's/LVM2 001//; s/^\(.\{6\}\)\(.\{4\}\)\(.\{4\}\)\(.\{4\}\)\(.\{4\}\)\(.\{4\}\)/\1-\2-\3-\4-\5-\6-/')" ] ||
		fail "udev's $1 is old: $(udevadm info -q property -n "$1" | grep ID_FS)"
}

# one_path BLOCK
one_path() {
	local original clone
	up 1 "$1"
	original=/dev/$(tcm_loop_disks "$original_id")
	attach "$original"
	map_clone 1
	clone=/dev/$(tcm_loop_disks "$clone_id")
	names_there >/tmp/names
	create SCSIid="$original_id"
	refused "is in use on this host: .*logical volume"
	create SCSIid="$clone_id"
	resigned
	[ "$(tr '\n' ' ' <"$WORK/asked")" = 'in_use in_use refresh ' ] || fail "the other host: $(cat "$WORK/asked")"
	lvm_sees_both "$original" "$clone" "$(sr_on "$clone")"
	udev_knows "$clone"
	names_there | diff /tmp/names - || fail "names have changed"
	detach "$original"
	down
}

# A signal while it looks for signs of life.
stopped_in_the_wait() {
	gcc -shared -fPIC -O1 -o /tmp/mishaps.so "$host_dir/mishaps.c" -ldl
	rm "$SM/RELVMoHBASR"
	printf '#!/bin/bash\nLD_PRELOAD=/tmp/mishaps.so IN_WAIT=1 exec %s/RELVMoHBASR "$@"\n' "$build" >"$SM/RELVMoHBASR"
	chmod +x "$SM/RELVMoHBASR"
	host_state >/tmp/before
	create SCSIid="$clone_id"
	said 'the LUN is unchanged: stopped by a signal'
	state_kept /tmp/before
	untouched
	ln -sf "$build/RELVMoHBASR" "$SM/RELVMoHBASR"
}

two_paths() {
	local original=/dev/mapper/$original_id clone=/dev/mapper/$clone_id
	multipathd_start
	up 2
	wait_for multipath_has "$original_id" 2 active
	attach "$original"
	map_clone 2
	wait_for multipath_has "$clone_id" 2 active
	udevadm settle
	names_there >/tmp/names
	create SCSIid="$original_id"
	refused 'is in use on this host'
	stopped_in_the_wait
	create SCSIid="$clone_id"
	resigned
	multipath_has "$clone_id" 2 active || fail "the map has lost a path"
	lvm_sees_both "$original" "$clone" "$(sr_on "$clone")"
	udev_knows "$clone"
	names_there | diff /tmp/names - || fail "names have changed"
	detach "$original"
	udevadm settle
	multipathd_stop
	down
}

# Two paths, and nobody makes a map of them.
two_paths_no_map() {
	local clone
	up 2
	map_clone 2
	for clone in $(tcm_loop_disks "$clone_id"); do
		exec 9<"/dev/$clone"
		create SCSIid="$clone_id"
		refused "process $BASHPID .* has it open"
		exec 9<&-
	done
	untouched
	create SCSIid="$clone_id"
	resigned
	for clone in $(tcm_loop_disks "$clone_id"); do
		[ "$(sr_on "/dev/$clone")" != "$sr" ] || fail "by $clone it is the old SR"
		udev_knows "/dev/$clone"
	done
	down
}

# A path goes while the resign goes on; the other one carries it through.
path_fails() {
	local map=/dev/mapper/$clone_id pid
	multipathd_start
	up 2
	map_clone 2
	wait_for multipath_has "$clone_id" 2 active
	rm -f "/run/lock/sm/relvmoiscsi/$clone_id"
	create SCSIid="$clone_id" &
	pid=$!
	wait_for test -e "/run/lock/sm/relvmoiscsi/$clone_id"
	tcm_loop_unmap "$1" 1
	wait "$pid"
	resigned
	wait_for multipath_has "$clone_id" 1 active
	[ "$(sr_on "$map")" != "$sr" ] || fail 'it is the old SR'
	multipathd_stop
	down
}

# By whichever name: attached here; then on record alone; then on another host.
refused_by_name() {
	local original names name device
	up 1
	map_clone 1
	original=$(tcm_loop_disks "$original_id")
	names=$(echo "names /dev/$original" | "$build/tests/support/host_tool")
	[ "$(wc -w <<<"$names")" -ge 2 ] || fail "too few names: $names"
	echo "time: its names: $names"
	attach "/dev/$original"
	for name in $names; do
		create SCSIid="$name"
		refused 'is in use on this host'
	done
	detach "/dev/$original"
	record "$original_id"
	cp /tmp/original.img /tmp/kept
	for name in $names; do
		create SCSIid="$name"
		refused 'LUN of SR .original.'
	done
	create device="/dev/$original"
	refused 'LUN of SR .original.'
	unrecord
	plugin_says used
	create SCSIid="$original_id"
	refused "host 'xs2': .*sda is in use"
	mv "$WORK/plugins/relvmoiscsi" "$WORK/plugins/off"
	create SCSIid="$original_id"
	said "host 'xs2': it has no plugin relvmoiscsi"
	mv "$WORK/plugins/off" "$WORK/plugins/relvmoiscsi"
	plugin_says free
	same_images /tmp/original.img /tmp/kept || fail 'the original was written to'
	untouched
	rm /tmp/kept
	down
}

# An array that gives two LUNs one name, beside one that each has alone: they are
# no two paths of a LUN.
one_name_for_two() {
	up 1
	cp /tmp/original.img /tmp/kept
	# Its company's number, and with it NAA, alone is another.
	lio_backstore twin /tmp/clone.img 512 0001 00c0ff
	tcm_loop_map 1 1 twin
	wait_for tcm_loop_has "36$(printf %-31s 00c0ff0001 | tr ' ' 0)" 1
	udevadm settle
	create SCSIid=1LIO-ORG_FILEIO:0001
	said 'are not the same LUN'
	same_images /tmp/original.img /tmp/kept || fail 'the original was written to'
	untouched
	rm /tmp/kept
	down
}

# Whatever on the pool's record is one of its names, asked for by another; no host
# has it attached.
refused_by_record() {
	local naa=$original_id name=1LIO-ORG_FILEIO:0001 form stranger
	up 1
	cp /tmp/original.img /tmp/kept
	stranger=$(xapi_uuid)
	xe host-list name-label=xs2 params=uuid --minimal
	other_host=$(<"$WORK/xe.out")
	for form in "lvmohba $sr SCSIid=${naa^^}" "lvmohba $sr SCSIid=$name" \
		"gfs2 $stranger ScsiId=$naa" "lvm $stranger device=/dev/sdb,/dev/mapper/$naa" \
		"lvm $stranger device=/dev/disk/by-id/scsi-$naa-part3" \
		"ext $stranger device=/dev/disk/by-id/wwn-0x${naa:1}" \
		"lvmofcoe $stranger SCSIid=$naa" "lvmohba $sr SCSIid=20025385f12345678" \
		"lvmohba $sr sm-config:scsi-$naa=x" "lvmohba $stranger sm-config:devserial=scsi-$naa"; do
		# shellcheck disable=SC2086 # words
		on_record $form
		create SCSIid="$naa"
		refused 'SR .recorded.'
		[ "$(tr '\n' ' ' <"$WORK/asked")" = '' ] || fail "$form: other hosts are asked: $(cat "$WORK/asked")"
		xe sr-forget uuid="$(cut -d' ' -f2 <<<"$form")" || fail "$form: $(cat "$WORK/xe.err")"
	done
	# All of them were refused by the record alone.
	same_images /tmp/original.img /tmp/kept || fail 'the original was written to'
	rm /tmp/kept
	down
}

# on_record TYPE SR KEY=VALUE: on the other host's PBD, or in the sm_config.
on_record() {
	case $3 in
	sm-config:*) xe sr-introduce uuid="$2" type="$1" name-label=recorded shared=true content-type=user "$3" ;;
	*)
		xe sr-introduce uuid="$2" type="$1" name-label=recorded shared=true content-type=user
		xe pbd-create sr-uuid="$2" host-uuid="$other_host" device-config:"$3" || fail "$(cat "$WORK/xe.err")"
		;;
	esac
}

# Disks of this host's own.
not_candidates() {
	local disk driver
	up 1
	map_clone 1
	image_empty /tmp/empty.img 64M
	lio_backstore empty /tmp/empty.img 512 0003
	tcm_loop_map 1 2 empty
	wait_for tcm_loop_has "$(lio_scsiid 0003)" 1
	udevadm settle
	disk=/dev/$(tcm_loop_disks "$(lio_scsiid 0003)")
	mkfs.ext4 -q "$disk"
	mkdir -p /tmp/mnt
	mount "$disk" /tmp/mnt
	create SCSIid="$(lio_scsiid 0003)"
	refused 'is mounted or otherwise claimed'
	umount /tmp/mnt
	partitioned
	create SCSIid="$(lio_scsiid 0004)"
	refused 'is mounted or otherwise claimed'
	umount /tmp/mnt
	disk=/dev/$(tcm_loop_disks "$clone_id")
	dmsetup create raid --table "0 8 mirror core 1 64 2 $disk 0 $disk 8" 2>/dev/null ||
		dmsetup create raid --table "0 8 linear $disk 0"
	create SCSIid="$clone_id"
	refused 'device-mapper device raid is active on it'
	dmsetup remove raid
	array_of "${disk#/dev/}"
	create SCSIid="$clone_id"
	refused 'device md127 is active on it'
	echo clear >/sys/block/md127/md/array_state
	wait_for not test -e /sys/block/md127
	untouched
	disk=/sys/class/scsi_host/host$(basename "$(readlink "/sys/block/${disk#/dev/}/device")" | cut -d: -f1)/proc_name
	: >/tmp/driver
	mount --bind /tmp/driver "$disk"
	for driver in megaraid_sas hpsa; do
		echo "$driver" >/tmp/driver
		create SCSIid="$clone_id"
		said SR_BACKEND_FAILURE_19
		said "a disk of this host's RAID controller ($driver)"
	done
	for driver in ahci ata_piix usb-storage iscsi_tcp; do
		echo "$driver" >/tmp/driver
		create SCSIid="$clone_id"
		said SR_BACKEND_FAILURE_19
		said 'this host has no HBA'
	done
	umount "$disk"
	untouched
	create SCSIid=36001405ffff
	said SR_BACKEND_FAILURE_107
	create device=/dev/nothing
	said SR_BACKEND_FAILURE_19
	create device=sda
	said SR_BACKEND_FAILURE_91
	create device=
	said SR_BACKEND_FAILURE_90
	down
	rm /tmp/empty.img /tmp/own.img
	create SCSIid="$clone_id"
	said 'SR_BACKEND_FAILURE_19'
	xe sr-probe type=relvmohba && fail 'no list'
	grep -q '<Devlist/>' "$WORK/xe.err" || fail "$(cat "$WORK/xe.err")"
}

# As a host's own disk: with a partition, on which is a file system that is mounted.
partitioned() {
	local disk
	image_empty /tmp/own.img 64M
	printf '\0\0\0\0\x83\0\0\0\0\x08\0\0\0\xf0\x01\0' |
		dd of=/tmp/own.img bs=1 seek=446 conv=notrunc status=none
	printf '\x55\xaa' | dd of=/tmp/own.img bs=1 seek=510 conv=notrunc status=none
	lio_backstore own /tmp/own.img 512 0004
	tcm_loop_map 1 3 own
	wait_for tcm_loop_has "$(lio_scsiid 0004)" 1
	disk=/dev/$(tcm_loop_disks "$(lio_scsiid 0004)")
	wait_for test -b "${disk}1"
	udevadm settle
	mkfs.ext4 -q "${disk}1"
	mount "${disk}1" /tmp/mnt
}

# array_of DISK: an array of the kernel's (RAID 1 with one of its two disks), whose
# metadata is nowhere.
array_of() {
	local md=/sys/block/md127/md
	modprobe -a md-mod raid1
	echo md127 >/sys/module/md_mod/parameters/new_array
	echo none >"$md/metadata_version"
	echo raid1 >"$md/level"
	echo 2 >"$md/raid_disks"
	echo $((64 * 1024)) >"$md/component_size"
	cat "/sys/block/$1/dev" >"$md/new_dev"
	echo 0 >"$md/dev-$1/slot"
	echo active >"$md/array_state"
}

# The array has mapped the clone, and this host has not looked yet.
rescanned() {
	local disk
	[ "${1:-}" != map ] || multipathd_start
	up 1
	# tcm_loop's scan finds no other number than 0.
	tcm_loop_target 2
	tcm_loop_map 2 0 clone
	wait_for tcm_loop_has "$clone_id" 1
	udevadm settle
	disk=$(tcm_loop_disks "$clone_id")
	[ "${1:-}" != map ] || wait_for test -b "/dev/mapper/$clone_id"
	[ "${1:-}" != map ] || multipath -f "$clone_id"
	echo 1 >"/sys/block/$disk/device/delete"
	wait_for not test -e "/sys/block/$disk"
	udevadm settle
	host_state >/tmp/before
	create SCSIid="$clone_id"
	said 'SR_BACKEND_FAILURE_107.*\|no HBA of this host has a LUN'
	plugin_says used
	create SCSIid="$clone_id" rescan=true
	refused "host 'xs2'"
	plugin_says free
	state_kept /tmp/before
	xe sr-probe type=relvmohba device-config:SCSIid="$clone_id" device-config:rescan=true ||
		fail "$(cat "$WORK/xe.err")"
	grep -q "<UUID>$sr</UUID>" "$WORK/xe.out" || fail "$(cat "$WORK/xe.out")"
	state_kept /tmp/before
	create SCSIid="$clone_id" rescan=true
	resigned
	wait_for tcm_loop_has "$clone_id" 1
	[ "${1:-}" != map ] || multipathd_stop
	down
}

# Kernels before 3.15 have no pages in sysfs: each disk is asked.
kernel_tells_nothing() {
	local original clone page disk
	up 1
	map_clone 1
	original=/dev/$(tcm_loop_disks "$original_id")
	clone=/dev/$(tcm_loop_disks "$clone_id")
	: >/tmp/no_page
	for page in /sys/class/block/sd*/device/vpd_pg8[03]; do
		mount --bind /tmp/no_page "$page"
	done
	attach "$original"
	create SCSIid="$original_id"
	refused 'is in use on this host'
	create SCSIid="1LIO-ORG_FILEIO:0002"
	resigned
	lvm_sees_both "$original" "$clone" "$(sr_on "$clone")"
	detach "$original"
	for disk in "$original" "$clone"; do
		umount "/sys/class/block/${disk#/dev/}"/device/vpd_pg8[03]
	done
	down
}

# The real plugin, on this host.
by_plugin() {
	local original
	up 1
	map_clone 1
	original=/dev/$(tcm_loop_disks "$original_id")
	attach "$original"
	xe host-call-plugin host-uuid="$host" plugin=relvmoiscsi fn=in_use args:SCSIid="$original_id" && fail 'it is in use'
	grep -q 'SR_BACKEND_FAILURE_16' "$WORK/xe.err" || fail "$(cat "$WORK/xe.err")"
	xe host-call-plugin host-uuid="$host" plugin=relvmoiscsi fn=in_use args:SCSIid="$clone_id" || fail "$(cat "$WORK/xe.err")"
	xe host-call-plugin host-uuid="$host" plugin=relvmoiscsi fn=refresh args:SCSIid="$clone_id" || fail "$(cat "$WORK/xe.err")"
	grep -q '"disks":1' "$WORK/xe.out" || fail "$(cat "$WORK/xe.out")"
	detach "$original"
	down
}

# plugin FUNCTION [KEY=VALUE]...
plugin() {
	xe host-call-plugin host-uuid="$host" plugin=relvmoiscsi fn="$1" args:type=lvmohba \
		args:SCSIid="$clone_id" "${@:2}" || fail "$(cat "$WORK/xe.err")"
}

# From a clone to an SR on both hosts, by the plugin; and back. Likewise by relvm.
attached() {
	local new path
	up 1
	attach "/dev/$(tcm_loop_disks "$original_id")"
	record "$original_id"
	map_clone 1
	path=/dev/$(tcm_loop_disks "$clone_id")
	plugin resign args:attach=true
	new=$(sr_on "$path")
	[ "$new" != "$sr" ] || fail 'it is the old SR'
	grep -q "\"attached\":true.*\"attached\":true" "$WORK/xe.out" || fail "$(cat "$WORK/xe.out")"
	xe sr-list uuid="$new" params=type --minimal
	[ "$(<"$WORK/xe.out")" = lvmohba ] || fail "type $(<"$WORK/xe.out")"
	xe pbd-list sr-uuid="$new" params=device-config --minimal
	[ "$(<"$WORK/xe.out")" = "SCSIid: $clone_id,SCSIid: $clone_id" ] || fail "PBDs: $(<"$WORK/xe.out")"
	create SCSIid="$clone_id"
	refused "is attached as SR"
	xe host-call-plugin host-uuid="$host" plugin=relvmoiscsi fn=detach args:sr_uuid="$new" || fail "$(cat "$WORK/xe.err")"
	[ "$(records sr-list type=lvmohba)" = 1 ] || fail 'the SR stays'
	RELVMOISCSI_CONF=$WORK/conf.xs1 "$build/relvm" attach -y "$path" >/tmp/said 2>&1 || fail "$(cat /tmp/said)"
	said 'host xs2: attached'
	xe sr-list uuid="$(sr_on "$path")" params=type --minimal
	[ "$(<"$WORK/xe.out")" = lvmohba ] || fail "type $(<"$WORK/xe.out")"
	xe host-call-plugin host-uuid="$host" plugin=relvmoiscsi fn=detach args:sr_uuid="$(sr_on "$path")" || fail "$(cat "$WORK/xe.err")"
	unrecord
	detach "/dev/$(tcm_loop_disks "$original_id")"
	down
}

# map TARGET LUN BACKSTORE: one after the other, so that the disks' names are known.
map() {
	local disks=(/sys/block/sd*)
	tcm_loop_map "$@"
	[ -e "${disks[0]}" ] || disks=()
	wait_for disks_are $((${#disks[@]} + 1))
}

disks_are() {
	local disks=(/sys/block/sd*)
	[ ${#disks[@]} = "$1" ] && [ -e "${disks[0]}" ]
}

# record SCSIID: an SR of the pool, on no host.
record() {
	xe sr-introduce uuid="$sr" type=lvmohba name-label=original shared=true content-type=user
	xe pbd-create sr-uuid="$sr" host-uuid="$host" device-config:SCSIid="$1"
}

unrecord() {
	xe sr-forget uuid="$sr"
}

# What SM's devscan.py (xapi-project/sm 471cf7e) printed in this guest for these
# LUNs, of which one is the root disk and one on record, is in hba_devlist.xml.
devlist() {
	local name number=0
	tcm_loop_start
	for name in a:abcd1:512 b:abcd2:4096 root:beef:512 c:cafe:512 recorded:5e:512; do
		image_empty "/tmp/${name%%:*}.img" 64M
		lio_backstore "${name%%:*}" "/tmp/${name%%:*}.img" "${name##*:}" "$(cut -d: -f2 <<<"$name")"
	done
	for number in 1 2 3; do
		tcm_loop_target "$number"
		map "$number" 0 a
		map "$number" 3 b
	done
	map 2 7 root
	map 1 300 c
	map 3 5 recorded
	udevadm settle
	echo "PRIMARY_DISK='/dev/$(tcm_loop_disks "$(lio_scsiid beef)")'" >>"$WORK/inventory.xs1"
	record "$(lio_scsiid 5e)"
	for name in sr-probe 'sr-create name-label=x'; do
		# shellcheck disable=SC2086 # words
		! xe $name type=relvmohba || fail "xe $name: no error"
		grep -q 'SR_BACKEND_FAILURE_107' "$WORK/xe.err" || fail "$(cat "$WORK/xe.err")"
		diff <(sed -n '/<?xml/,$p' "$WORK/xe.err" | tr -d ' \t\n' | sed 's/^.*<?xml/<?xml/; s/,$//') \
			<(tr -d ' \t\n' <"$host_dir/hba_devlist.xml") || fail "xe $name: another list"
	done
	unrecord
	sed -i /PRIMARY_DISK/d "$WORK/inventory.xs1"
	down
	rm -f /tmp/{a,b,root,c,recorded}.img
}

run_test 'the list that SM would print' devlist
run_test 'one path' one_path 512
run_test 'one path, blocks of 4096 bytes' one_path 4096
run_test 'two paths in a map' two_paths
run_test 'two paths without a map' two_paths_no_map
run_test 'the first path fails in the middle' path_fails 1
run_test 'the second path fails in the middle' path_fails 2
run_test 'the original by each of its names' refused_by_name
run_test 'two LUNs that have a name in common' one_name_for_two
run_test 'the original by whatever is on record' refused_by_record
run_test 'disks that are no candidates' not_candidates
run_test 'a LUN that a rescan finds' rescanned
run_test 'a LUN that a rescan finds, and multipathd' rescanned map
run_test 'a kernel that does not tell which LUNs its disks are' kernel_tells_nothing
run_test 'what other hosts ask the plugin' by_plugin
run_test 'attached, by plugin and by relvm' attached
finish
