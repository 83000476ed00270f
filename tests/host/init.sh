#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# The guest's first process (see boot.sh). Makes the read-only view of the real
# machine a writable root of its own, brings up what a pool host's domain 0 has
# (device nodes, udev, loopback network, kernel modules, initiator name), runs
# the job and powers off. Services (iscsid, targets, multipathd) are the tests'
# to start, with lib.sh.
set -u
export PATH=/usr/sbin:/usr/bin:/sbin:/bin

# kexec-free power off, without a package's help. The kernel does it a moment
# later, and must still find its first process then.
power_off() {
	sync
	echo o >/proc/sysrq-trigger
	while :; do sleep 1; done
}

# The job file's variables, for the reader and for shellcheck.
results='' here='' dir='' term='' clock='' size='' tty=''
shown=() argv=()

# Stage 1: root becomes an overlay, so that /etc, /var, mount points and the
# module tree can be made, and are gone with the guest.
if [ -z "${relvm_stage:-}" ]; then
	modules=/usr/lib/uml/modules/$(uname -r)
	mount -t tmpfs -o mode=755 run /run
	mkdir -p /run/root /run/cow/upper /run/cow/work
	insmod "$modules/kernel/fs/overlayfs/overlay.ko"
	mount -t overlay -o lowerdir=/,upperdir=/run/cow/upper,workdir=/run/cow/work root /run/root
	new=/run/root
	mount -t tmpfs -o mode=755 run "$new/run"
	mkdir -p "$new/run/report" "$new/run/results" "$new/run/lock/lvm" "$new/run/lvm" "$new/run/old"
	# shellcheck disable=SC2154 # from the kernel's command line
	mount -t hostfs -o "$relvm_work/report" report "$new/run/report"
	# shellcheck source=/dev/null
	. "$new/run/report/job"
	mount -t hostfs -o "$results" results "$new/run/results"
	mount -t tmpfs tmp "$new/tmp"
	# A source tree under /tmp or /run is hidden by the guest's own: show it.
	for dir in "${shown[@]}"; do
		case $dir in
		/tmp/* | /run/*)
			mkdir -p "$new$dir"
			mount -t hostfs -o "ro,$dir" shown "$new$dir"
			;;
		esac
	done
	mount --move /dev "$new/dev"
	cd "$new" || exit 1
	pivot_root . run/old
	export relvm_stage=2
	# shellcheck disable=SC2094 # a terminal, both ways
	exec chroot . "$here/init.sh" <dev/tty0 >dev/tty0 2>&1
fi

mount -t proc -o nosuid,nodev,noexec proc /proc
mount -t sysfs -o nosuid,nodev,noexec sysfs /sys
umount -l /run/old && rmdir /run/old
mkdir -p /dev/pts /dev/shm
mount -t devpts -o mode=620,ptmxmode=666 devpts /dev/pts
mount -t tmpfs shm /dev/shm
ln -sfn /proc/self/fd /dev/fd
ln -sfn fd/0 /dev/stdin
ln -sfn fd/1 /dev/stdout
ln -sfn fd/2 /dev/stderr
echo testhost >/proc/sys/kernel/hostname

mkdir -p /lib/modules
ln -sfn "/usr/lib/uml/modules/$(uname -r)" "/lib/modules/$(uname -r)"
# iscsid, udev and lvm would load some of these on demand; loading all here
# keeps the time of a test free of it.
modprobe -a ipv6 dm-mod dm-multipath dm-round-robin dm-service-time \
	sd_mod sg iscsi_tcp crc32c_generic loop
ip link set lo up

# shellcheck source=dom0.sh
. "${BASH_SOURCE[0]%/*}/dom0.sh"

/lib/systemd/systemd-udevd --daemon
udevadm control --ping

# shellcheck source=/dev/null
. /run/report/job
export HOME=/root RESULTS=/run/results HOST_LIB="$here/lib.sh"
[ -z "$clock" ] || export TZ=$clock
cd "$dir" 2>/dev/null || cd / || power_off
echo 7 4 1 7 >/proc/sys/kernel/printk
if [ -n "$tty" ]; then
	export TERM=$term
	# shellcheck disable=SC2086 # rows and columns, from the job file
	[ -z "$size" ] || { set -- $size; stty rows "$1" cols "$2"; }
	echo "test host: functions for tests are in \$HOST_LIB; Ctrl-D powers off"
	setsid -c "${argv[@]}" <>/dev/tty0 >&0 2>&1
	echo 0 >/run/report/status
else
	for channel in /dev/tty1 /dev/tty2; do
		stty -F "$channel" raw -echo
	done
	# A session of its own: its job control and signals do not reach us.
	setsid -w "${argv[@]}" </dev/null >/dev/tty1 2>/dev/tty2
	status=$?
	# stty waits until a channel's output is written, so no tail is lost.
	for channel in /dev/tty1 /dev/tty2; do
		stty -F "$channel" raw -echo
	done
	echo "$status" >/run/report/status
fi
power_off
