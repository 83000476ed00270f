# SPDX-License-Identifier: LGPL-2.1-only
#
# multipathd, configured as on a pool host: every SCSI disk gets a map, named by
# its SCSIid.
# shellcheck shell=bash

multipathd_start() {
	cat >/etc/multipath.conf <<'EOF'
defaults {
	user_friendly_names no
	find_multipaths no
	path_grouping_policy multibus
	path_checker tur
	polling_interval 1
	max_polling_interval 1
	no_path_retry fail
	dev_loss_tmo 30
}
blacklist {
	devnode "^(loop|ubd|ram)"
}
EOF
	multipathd || return
	wait_for multipathd show daemon
}

multipathd_stop() {
	local pid
	pid=$(cat /run/multipathd.pid 2>/dev/null) || { rm -f /etc/multipath.conf; return 0; }
	multipath -F
	kill "$pid"
	wait_for not kill -0 "$pid"
	rm -rf /etc/multipath.conf /run/multipathd.pid /etc/multipath /run/multipath
}

# multipath_has MAP COUNT STATE: the map has so many paths in this state (active or
# failed), as the kernel sees it.
multipath_has() {
	local letter=A
	[ "$3" = active ] || letter=F
	[ "$(dmsetup status "$1" | grep -o "[0-9]*:[0-9]* $letter " | wc -l)" = "$2" ]
}
