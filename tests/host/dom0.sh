# SPDX-License-Identifier: LGPL-2.1-only
#
# Sourced by init.sh: configuration that makes the guest behave as a pool host's
# domain 0 does where tests can see the difference. Files go to the guest's
# copy-on-write /etc.
# shellcheck shell=bash

# Initiator. The name is what xapi would have written.
mkdir -p /etc/iscsi
echo 'InitiatorName=iqn.2014-01.test.relvmoiscsi:host' >/etc/iscsi/initiatorname.iscsi
rm -rf /etc/iscsi/nodes /etc/iscsi/send_targets
# No xapi runs here.
echo 'xapi_socket = none' >/etc/relvmoiscsi.conf

# LVM. Domain 0 sees every SCSI disk and multipath map, never the VDIs' own
# contents; plain commands may not write metadata, those that may say
# LVM_SYSTEM_DIR=/etc/lvm/master; no daemon activates what appears.
mkdir -p /etc/lvm/master
lvm_conf() {
	cat <<EOF
devices {
	dir = "/dev"
	scan = [ "/dev" ]
	filter = [ "r|/dev/xvd.|", "r|/dev/VG_Xen.*/*|" ]
	use_devicesfile = 0
	multipath_component_detection = 1
}
backup {
	backup = 0
	archive = 0
}
global {
	metadata_read_only = $1
	event_activation = 0
}
activation {
	udev_sync = 1
	udev_rules = 1
	monitoring = 0
}
EOF
}
lvm_conf 1 >/etc/lvm/lvm.conf
lvm_conf 0 >/etc/lvm/master/lvm.conf
rm -f /etc/lvm/lvmlocal.conf
mkdir -p /etc/udev/rules.d
ln -sfn /dev/null /etc/udev/rules.d/69-lvm.rules
