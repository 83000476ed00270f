#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-only
#
# uninstall.sh: takes the pack off this host, of whatever generation, and says
# what is left to type. Exit: 0 it is gone; 1 not, or not all.
set -u
PATH=/usr/sbin:/usr/bin:/sbin:/bin:/opt/xensource/bin
LC_ALL=C
export PATH LC_ALL

name=relvmoiscsi
pack=/etc/xensource/installed-repos/$name:$name

[ $# -eq 0 ] || {
	echo "usage: uninstall.sh" >&2
	exit 1
}

# Stamps of updates, by their uuid: the erasure takes them away.
stamps=
for stamp in /var/update/applied/*; do
	if [ -f "$stamp" ] && grep -q "name-label=\"$name\"" "$stamp"; then
		stamps="$stamps ${stamp##*/}"
	fi
done

packages=
for package in update-$name $name control-$name; do
	if rpm -q "$package" >/dev/null 2>&1; then
		packages="$packages $package"
	fi
done
if [ -z "$packages" ] && [ -z "$stamps" ] && [ ! -d "$pack" ]; then
	echo "$name is not installed."
	exit 0
fi
if [ -n "$packages" ]; then
	# shellcheck disable=SC2086 # names without blanks
	rpm -e $packages || exit 1
fi
for uuid in $stamps; do
	rm -f "/var/update/applied/$uuid"
done
if [ -d "$pack" ]; then
	rm -rf "$pack"
	uuid=$(sed -n "s/^INSTALLATION_UUID='\{0,1\}\([^']*\)'\{0,1\}$/\1/p" \
		/etc/xensource-inventory)
	xe host-refresh-pack-info host-uuid="$uuid" ||
		echo "xapi has not noticed yet; it will at its next start." >&2
fi
echo "Removed from this host. To complete it, type:"
echo "    xe-toolstack-restart"
if [ -n "$stamps" ]; then
	echo "and, when it is off all hosts of the pool:"
	for uuid in $stamps; do
		echo "    xe update-destroy uuid=$uuid"
	done
fi
