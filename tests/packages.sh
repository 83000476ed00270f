#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# tests/packages.sh PACKAGE...: makes sure that Debian packages are there.
# Installs the missing ones when run as root; otherwise says what to type. On a
# system without dpkg it has nothing to say. Any number may run at once.
set -u
command -v dpkg-query >/dev/null || exit 0

missing=
look() {
	missing=$(comm -23 <(printf '%s\n' "$@" | sort -u) <(
		dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null |
			sed -n 's/ installed$//p' | sort -u) | tr '\n' ' ')
	[ -n "$missing" ]
}
look "$@" || exit 0

if [ "$(id -u)" -ne 0 ]; then
	echo "These packages are missing; install them, then try again:" >&2
	ls /var/lib/apt/lists/*_Packages* >/dev/null 2>&1 ||
		echo "    sudo apt-get update" >&2
	echo "    sudo apt-get install --no-install-recommends $missing" >&2
	exit 1
fi
# One at a time: what another of us has installed meanwhile is no longer missing.
exec 9<"$0"
flock 9
look "$@" || exit 0
echo "installing: $missing"
# Packages of daemons must not start them here: tests bring up their own.
export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 LC_ALL=C

# A machine that has just come up installs updates by itself, and holds apt's
# locks for minutes.
apt() {
	local i

	for ((i = 0; i < 60; i++)); do
		said=$(apt-get -qq "$@" 2>&1 >/dev/null 9<&-) && return
		[[ $said == *"ould not get lock"* || $said == *"nable to lock"* ]] || break
		((i)) || echo "waiting for another package manager: ${said%%$'\n'*}"
		sleep 5
	done
	return 1
}

# shellcheck disable=SC2086 # words
install() {
	apt install -y --no-install-recommends $missing
}

# The package lists may be absent (a fresh machine) or old.
install && exit 0
first=$said
apt update && install && exit 0
{
	printf '%s\n' "$first"
	[ "$said" = "$first" ] || printf 'then:\n%s\n' "$said"
	echo "packages.sh: apt-get could not install: $missing"
} >&2
exit 1
