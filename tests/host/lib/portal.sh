# SPDX-License-Identifier: LGPL-2.1-only
#
# Addresses for portals on the guest's loopback, which can fail as a cable does:
# packets vanish, the target lives on. 127.0.0.1 and [::1] always exist; the
# documentation range 192.0.2.0/24 is for portals that come and go.
# shellcheck shell=bash

# portal_up ADDRESS: also ends a failure.
portal_up() {
	ip addr replace "$1/32" dev lo
}

# portal_down ADDRESS
portal_down() {
	ip addr del "$1/32" dev lo
}

# portal_down_all: for cleaning up.
portal_down_all() {
	local address
	for address in $(ip -o -4 addr show dev lo | grep -o '192\.0\.2\.[0-9]*'); do
		portal_down "$address"
	done
}
