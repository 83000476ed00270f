#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# host_bench.sh BUILD [RUNS]: what a resign costs on a host (a test host,
# tests/host/boot.sh): the driver's wall time, by its own session, which is the
# default, and by the host's initiator, beside the same steps done by hand, in
# turns in the same guest, and their ratio.
# By hand are: iscsiadm's record and login, vgimportclone, vgcfgbackup, an edit,
# vgcfgrestore, the VDI's new name in MGT too, or its label is lost, logout, record
# deleted; typed by somebody who loses no time and checks nothing. That is less
# than the driver does: no VHD header and no parent's name is changed, nothing is
# guarded, journalled, read back or judged. The driver is the program as shipped,
# which is static: BUILD is build/static.
# All are processes on the guest's one processor, without a pause, so that the
# ratio holds on a busy machine, which the times do not.
# Measures only; nothing passes or fails. Needs root.
# shellcheck disable=SC2317 # timed and wait_for call the functions
set -u

here=$(dirname -- "$(realpath -- "$0")")
if [ -z "${HOST_LIB:-}" ]; then
	build=$(realpath -- "${1:?usage: host_bench.sh BUILD [RUNS]}") || exit 2
	exec "$here/../host/boot.sh" --time-limit 300 --show "$build" "$here/host_bench.sh" "$build" "${@:2}"
fi

# --- in the test host ---------------------------------------------------------

# shellcheck source=../host/lib.sh
. "$HOST_LIB"
# shellcheck source=../support/xapi.sh
. "$host_tree/tests/support/xapi.sh"

build=$1
runs=${2:-5}
iqn=iqn.2014-01.test.relvmoiscsi:bench
pristine=/tmp/pristine.img

give_up() {
	echo "host_bench.sh: $*" >&2
	exit 1
}

# A fresh clone behind a fresh target, neither of which is measured.
serve() {
	cp --sparse=always "$pristine" /tmp/clone.img
	if ! tgt_start 127.0.0.1:3260 || ! tgt_target 1 "$iqn" ||
		! tgt_lun 1 1 /tmp/clone.img 512 0001; then
		give_up "no target"
	fi
}

# The clock is read without a process, which costs 20 ms here.
clock_starts() {
	began=${EPOCHREALTIME/./}
}

clock_stops() {
	took=$(((${EPOCHREALTIME/./} - began) / 1000))
}

# by_driver [KEY=VALUE]
by_driver() {
	local text
	text=$(XAPI_SR_UUID=$new xapi_call sr_create target=127.0.0.1 targetIQN="$iqn" \
		SCSIid="$(tgt_scsiid 0001)" "$@")
	clock_starts
	"$build/RELVMoISCSISR" "$text" >/tmp/call/stdout 2>/tmp/call/stderr </dev/null
	clock_stops
}

# new_lvm_id: sets $id
new_lvm_id() {
	local hex
	read -r hex </proc/sys/kernel/random/uuid
	hex=${hex//-/}
	id=${hex:0:6}-${hex:6:4}-${hex:10:4}-${hex:14:4}-${hex:18:4}-${hex:22:4}-${hex:26:6}
}

# edit BACKUP: a new id for each logical volume, and a new name for each VDI's,
# which /tmp/renamed has for MGT.
edit() {
	local line uuid id volumes='' text=''
	while IFS= read -r line; do
		[[ $line != *'logical_volumes {'* ]] || volumes=yes
		if [[ $line =~ VHD-([0-9a-f-]{36})\ \{ ]]; then
			read -r uuid </proc/sys/kernel/random/uuid
			echo "s/${BASH_REMATCH[1]}/$uuid/"
			line="		VHD-$uuid {"
		elif [[ -n $volumes && $line =~ ^[[:space:]]*id\ = ]]; then
			new_lvm_id
			line="			id = \"$id\""
		fi
		text+=$line$'\n'
	done <"$1" >/tmp/renamed
	printf %s "$text" >"$1"
}

by_hand() {
	local disk name=VG_XenStorage-$new link
	local node=(-m node -T "$iqn" -p 127.0.0.1)
	link=/dev/disk/by-path/ip-127.0.0.1:3260-iscsi-$iqn-lun-1
	export LVM_SYSTEM_DIR=/etc/lvm/master
	clock_starts
	{
		iscsiadm "${node[@]}" -o new &&
			iscsiadm "${node[@]}" -l &&
			wait_for test -b "$link" &&
			vgimportclone -n "$name" "$link" &&
			vgcfgbackup -f /tmp/backup "$name" &&
			edit /tmp/backup &&
			vgcfgrestore -f /tmp/backup "$name" &&
			lvchange -ay "$name/MGT" &&
			dd "if=/dev/$name/MGT" bs=64K count=1 of=/tmp/mgt &&
			sed -i -f /tmp/renamed /tmp/mgt &&
			dd if=/tmp/mgt bs=64K oflag=direct "of=/dev/$name/MGT" &&
			lvchange -an "$name/MGT" &&
			iscsiadm "${node[@]}" -u &&
			iscsiadm "${node[@]}" -o delete
	} >/tmp/by_hand.log 2>&1 || give_up "by hand: $(cat /tmp/by_hand.log)"
	clock_stops
	unset LVM_SYSTEM_DIR
}

# measure NAME FUNCTION [ARG]...: once
measure() {
	local name=$1
	shift
	serve
	new=$(xapi_uuid)
	udevadm settle
	"$@"
	echo "$took" >>"/tmp/$name.times"
	head -c 10M /tmp/clone.img | grep -acF "VG_XenStorage-$new {" >/dev/null ||
		give_up "$1 has not resigned the clone: $(head -c 600 /tmp/call/stdout /tmp/by_hand.log 2>&1)"
	tgt_stop
}

# line NAME WORDS: sets $median
line() {
	local times
	mapfile -t times < <(sort -n "/tmp/$1.times")
	median=${times[${#times[@]} / 2]}
	printf '%-24s %7d %7d %7d\n' "$2" "$median" "${times[0]}" "${times[-1]}"
}

mkdir -p /run/lock/sm/iscsiadm /run/lock/sm/relvmoiscsi /tmp/call
image_unpack "$host_tree/tests/golden/single-vhd.img.zst" "$pristine" || exit 1
iscsid_start || give_up "iscsid does not start"
for ((run = 0; run < runs; run++)); do
	measure default by_driver
	measure open_iscsi by_driver initiator=open-iscsi
	measure by_hand by_hand
done
iscsid_stop

echo "One VDI, in the test host, $runs runs each in turns; ms."
printf '%-24s %7s %7s %7s\n' '' median min max
line default 'driver'
default=$median
line open_iscsi 'driver, open-iscsi'
open_iscsi=$median
line by_hand 'by hand'
awk -v hand="$median" -v driver="$default" -v open="$open_iscsi" 'BEGIN {
	printf "by hand / driver: %.1f (aim: 20); by hand / driver, open-iscsi: %.1f\n",
		hand / driver, hand / open }' ||
	exit 1
