# SPDX-License-Identifier: LGPL-2.1-only
#
# The kernel's target, LIO, through configfs by hand. Its LUNs report a type 6 NAA
# designator made of the serial; see lio_scsiid.
# shellcheck shell=bash

readonly lio_root=/sys/kernel/config/target

lio_start() {
	# Where LIO would keep what it must remember; it complains without.
	mkdir -p /etc/target
	modprobe -a target_core_mod target_core_file iscsi_target_mod || return
	[ -d /sys/kernel/config/target ] || mount -t configfs configfs /sys/kernel/config || return
	mkdir -p "$lio_root/core/fileio_0" "$lio_root/iscsi"
}

# lio_scsiid SERIAL: the SCSIid of a LUN that has this serial.
lio_scsiid() {
	local zeros=0000000000000000000000000
	echo "36001405$1${zeros:${#1}}"
}

# lio_backstore NAME IMAGE [BLOCK_SIZE [SERIAL [COMPANY]]]: a file as a block
# device. SERIAL is up to 25 lower-case hexadecimal digits; COMPANY, six of them,
# is another than LIO's in its NAA name.
lio_backstore() {
	local store="$lio_root/core/fileio_0/$1"
	mkdir -p "$store" || return
	# Buffered, for tmpfs takes no other; the image lives as long as we do.
	echo "fd_dev_name=$2,fd_dev_size=$(stat -c %s -- "$2"),fd_buffered_io=1" >"$store/control" || return
	[ -z "${4:-}" ] || echo "$4" >"$store/wwn/vpd_unit_serial" || return
	[ -z "${5:-}" ] || echo "0x$5" >"$store/wwn/company_id" || return
	echo 1 >"$store/enable" || return
	echo "${3:-512}" >"$store/attrib/block_size"
}

# lio_target IQN PORTAL...: PORTAL is ADDRESS:PORT or [ADDRESS]:PORT. Open to
# every initiator.
lio_target() {
	local group="$lio_root/iscsi/$1/tpgt_1" portal
	shift
	mkdir -p "$group" || return
	for portal in "$@"; do
		mkdir -p "$group/np/$portal" || return
	done
	echo 1 >"$group/attrib/generate_node_acls" || return
	echo 1 >"$group/attrib/cache_dynamic_acls" || return
	echo 0 >"$group/attrib/demo_mode_write_protect" || return
	echo 0 >"$group/attrib/authentication" || return
	echo 1 >"$group/enable"
}

# lio_lun IQN LUN BACKSTORE_NAME: LUN from 0 on.
lio_lun() {
	local lun="$lio_root/iscsi/$1/tpgt_1/lun/lun_$2"
	mkdir -p "$lun" && ln -s "$lio_root/core/fileio_0/$3" "$lun/backstore"
}

lio_lun_remove() {
	local lun="$lio_root/iscsi/$1/tpgt_1/lun/lun_$2"
	rm -f "$lun/backstore" && rmdir "$lun"
}

# lio_chap IQN USER PASSWORD [MUTUAL_USER MUTUAL_PASSWORD]
lio_chap() {
	local group="$lio_root/iscsi/$1/tpgt_1"
	echo -n "$2" >"$group/auth/userid" && echo -n "$3" >"$group/auth/password" || return
	if [ -n "${4:-}" ]; then
		echo -n "$4" >"$group/auth/userid_mutual" && echo -n "$5" >"$group/auth/password_mutual" || return
	fi
	echo 1 >"$group/attrib/authentication"
}

# lio_header_digest IQN: no session without CRC32C.
lio_header_digest() {
	echo -n CRC32C >"$lio_root/iscsi/$1/tpgt_1/param/HeaderDigest"
}

# lio_logins IQN: how many sessions there have been.
lio_logins() {
	cat "$lio_root/iscsi/$1/fabric_statistics/iscsi_login_stats/accepts"
}

# lio_disable IQN: new logins are refused, sessions are dropped.
lio_disable() {
	echo 0 >"$lio_root/iscsi/$1/tpgt_1/enable"
}

# lio_stop: removes all targets and backstores.
lio_stop() {
	local group path
	[ -d "$lio_root" ] || return 0
	for group in "$lio_root"/iscsi/iqn.*/tpgt_*; do
		[ -d "$group" ] || continue
		echo 0 >"$group/enable"
		for path in "$group"/lun/lun_*; do
			[ -d "$path" ] || continue
			find "$path" -maxdepth 1 -type l -delete
			rmdir "$path"
		done
		for path in "$group"/np/* "$group" "${group%/*}"; do
			[ ! -d "$path" ] || rmdir "$path"
		done
	done
	for path in "$lio_root"/core/fileio_0/*; do
		[ -f "$path/enable" ] && rmdir "$path"
	done
	return 0
}
