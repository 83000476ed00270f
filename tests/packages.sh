#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-only
#
# tests/packages.sh PACKAGE...: makes sure that Debian packages are there.
# Installs the missing ones when run as root; otherwise says what to type.
set -u
missing=
for package; do
	case $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) in
	installed) ;;
	*) missing="$missing $package" ;;
	esac
done
[ -z "$missing" ] && exit 0

if [ "$(id -u)" -ne 0 ]; then
	echo "These packages are missing; install them, then try again:" >&2
	echo "    sudo apt-get install --no-install-recommends$missing" >&2
	exit 1
fi
echo "installing:$missing"
# Packages of daemons must not start them here: tests bring up their own.
export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
# shellcheck disable=SC2086
install_missing() {
	apt-get install -qq -y --no-install-recommends $missing >/dev/null
}
# The package lists may be absent (a fresh machine) or old.
install_missing 2>/dev/null || { apt-get update -qq && install_missing; }
