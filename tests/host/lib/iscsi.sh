# SPDX-License-Identifier: LGPL-2.1-only
#
# The initiator: iscsid, sessions, and the disks that sessions bring.
# shellcheck shell=bash

# iscsid_stay: for a whole suite; also after host_reset.
iscsid_stays=
iscsid_stay() {
	iscsid_stays=yes
	iscsid_start
}

iscsid_start() {
	# Set once: iscsiadm would ask systemd for a daemon that does not answer.
	sed -i 's|^iscsid.startup *=.*|iscsid.startup = /bin/false|' /etc/iscsi/iscsid.conf
	iscsid || return
	wait_for iscsid_answers
}

# Without sessions iscsiadm says 21, "no objects found".
iscsid_answers() {
	local status=0
	iscsiadm -m session -P 0 || status=$?
	[ "$status" = 0 ] || [ "$status" = 21 ]
}

iscsid_stop() {
	local pid
	pid=$(cat /run/iscsid.pid 2>/dev/null) || return 0
	kill "$pid"
	wait_for not kill -0 "$pid"
	rm -f /run/iscsid.pid
}

# iscsi_record IQN PORTAL [SETTING=VALUE]...: makes a node record, without
# discovery, which would change other records of this portal.
iscsi_record() {
	local iqn=$1 portal=$2 setting
	shift 2
	iscsiadm -m node -T "$iqn" -p "$portal" -o new >/dev/null || return
	for setting in "$@"; do
		iscsiadm -m node -T "$iqn" -p "$portal" -o update -n "${setting%%=*}" -v "${setting#*=}" || return
	done
}

# iscsi_login IQN PORTAL [SETTING=VALUE]...: record and log in.
iscsi_login() {
	iscsi_record "$@" && iscsiadm -m node -T "$1" -p "$2" --login >/dev/null
}

# iscsi_logout IQN PORTAL: log out and remove the record.
iscsi_logout() {
	iscsiadm -m node -T "$1" -p "$2" --logout >/dev/null || return
	iscsiadm -m node -T "$1" -p "$2" -o delete
}

# iscsi_logout_all: for cleaning up.
iscsi_logout_all() {
	[ ! -f /run/iscsid.pid ] || iscsiadm -m node -u >/dev/null 2>&1
	rm -rf /etc/iscsi/nodes /etc/iscsi/send_targets
}

# Settings for iscsi_login with which a silent target is noticed in two seconds, and
# I/O on it given back to multipath at once.
# shellcheck disable=SC2034 # for test scripts
readonly iscsi_quick_to_fail=(
	'node.conn[0].timeo.noop_out_interval=1'
	'node.conn[0].timeo.noop_out_timeout=1'
	node.session.timeo.replacement_timeout=1
)

# iscsi_chap USER PASSWORD [MUTUAL_USER MUTUAL_PASSWORD]: settings for
# iscsi_login, one a line.
iscsi_chap() {
	printf '%s\n' node.session.auth.authmethod=CHAP \
		"node.session.auth.username=$1" "node.session.auth.password=$2"
	[ -z "${3:-}" ] || printf '%s\n' "node.session.auth.username_in=$3" "node.session.auth.password_in=$4"
}

# iscsi_session IQN [ADDRESS]: prints the session's folder in sysfs.
iscsi_session() {
	local path
	for path in /sys/class/iscsi_session/session*; do
		[ -e "$path" ] || continue
		[ "$(cat "$path/targetname")" = "$1" ] || continue
		[ -z "${2:-}" ] || [ "$(cat "$path"/device/connection*/iscsi_connection/*/persistent_address)" = "$2" ] || continue
		echo "$path"
		return
	done
	return 1
}

# iscsi_scan IQN LUN [ADDRESS]: adds one LUN of a session that logged in with
# node.session.scan=manual. When it returns the disk is in sysfs.
iscsi_scan() {
	local session host
	session=$(iscsi_session "$1" "${3:-}") || return
	host=$(realpath -- "$session/device/..") || return
	echo "0 0 $2" >"/sys/class/scsi_host/${host##*/}/scan"
}

# iscsi_disk IQN LUN [ADDRESS]: prints the kernel's name of the disk (sdX), once
# it is there and udev has done with it.
iscsi_disk() {
	local session disk
	session=$(iscsi_session "$1" "${3:-}") || return
	wait_for iscsi_disk_there "$session" "$2" || return
	disk=$(echo "$session"/device/target*/*:"$2"/block/sd*)
	disk=${disk##*/}
	udevadm settle
	wait_for test -b "/dev/$disk" && echo "$disk"
}

iscsi_disk_there() {
	local path
	for path in "$1"/device/target*/*:"$2"/block/sd*; do
		[ -d "$path" ] && return
	done
	return 1
}

# scsiid DISK: what domain 0's storage manager calls SCSIid.
scsiid() {
	/lib/udev/scsi_id -g "/dev/$1"
}
