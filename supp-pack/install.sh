#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-only
#
# install.sh [-b]: installs the pack on a XenServer 6.5 or 7.0, for which it also
# stands on the ISO as `install`; later ones install it by themselves. -b is for
# those who cannot answer questions; there are none.
#
# Exit: 0 installed; 1 something failed, nothing is changed; 2 this host is not
# one that takes the pack this way; 3 it is installed already.
set -u
PATH=/usr/sbin:/usr/bin:/sbin:/bin:/opt/xensource/bin
LC_ALL=C
export PATH LC_ALL

inventory=/etc/xensource-inventory
repos=/etc/xensource/installed-repos

die()
{
	status=$1
	shift
	echo "Error: $*" >&2
	exit "$status"
}

# attribute NAME: its value in the first element of standard input that has it.
attribute()
{
	sed -n "s/.*[[:space:]]$1=\"\([^\"]*\)\".*/\1/p" | head -n 1
}

# host NAME: a value of the host's inventory, without its quotes.
host()
{
	sed -n "s/^$1='\{0,1\}\([^']*\)'\{0,1\}$/\1/p" "$inventory" | head -n 1
}

# not_before VERSION WANTED: compares numbers between dots.
not_before()
{
	awk -v have="$1" -v want="$2" 'BEGIN {
		n = split(have, a, /[^0-9]+/)
		m = split(want, b, /[^0-9]+/)
		for (i = 1; i <= n || i <= m; i++)
			if (a[i] + 0 != b[i] + 0)
				exit a[i] + 0 < b[i] + 0
		exit 0
	}'
}

case ${1-} in
'' | -b | --batch) ;;
*) die 1 "usage: install.sh [-b]" ;;
esac
cd "$(dirname "$0")" || exit 1
for file in XS-REPOSITORY XS-PACKAGES; do
	[ -r $file ] || die 1 "$file is missing: this is not the whole pack"
done
[ -r $inventory ] || die 2 "there is no $inventory: this is no pool host"

originator=$(attribute originator <XS-REPOSITORY)
name=$(attribute name <XS-REPOSITORY)
product=$(attribute product <XS-REPOSITORY)
pack=$repos/$originator:$name

# Is it a host for this?
brand=$(host PRODUCT_BRAND)
platform=$(host PLATFORM_NAME)
[ "$brand" = "$product" ] || [ "$platform" = "$product" ] ||
	die 2 "the pack is for $product, and this host is ${brand:-no pool host}"
version=$(host PLATFORM_VERSION)
if not_before "${version:-0}" 2.2.0; then
	die 2 "this host keeps track of its packs itself. Type instead:
    xe-install-supplemental-pack <the pack's ISO file>"
fi
sed -n '/<requires/p' XS-REPOSITORY | while IFS= read -r line; do
	wanted=$(echo "$line" | attribute originator):$(echo "$line" | attribute name)
	least=$(echo "$line" | attribute version)
	[ -r "$repos/$wanted/XS-REPOSITORY" ] ||
		die 2 "$wanted, which the pack requires, is not installed"
	found=$(attribute version <"$repos/$wanted/XS-REPOSITORY")
	not_before "$found" "$least" ||
		die 2 "the pack requires $wanted $least; this host has $found"
done || exit

# Is the pack whole?
rpms=$(sed -n 's/.*<package [^>]*>\(.*\)<\/package>.*/\1/p' XS-PACKAGES)
[ -n "$rpms" ] || die 1 "XS-PACKAGES names no package"
for rpm in $rpms; do
	[ -r "$rpm" ] || die 1 "$rpm is missing: this is not the whole pack"
	sum=$(grep -F ">$rpm<" XS-PACKAGES | attribute md5)
	[ "$(md5sum <"$rpm")" = "$sum  -" ] ||
		die 1 "$rpm is damaged: copy the pack again"
done

# Is it there already?
new=
for rpm in $rpms; do
	have=$(rpm -q --nosignature --qf '%{NAME}-%{VERSION}-%{RELEASE}' -p "$rpm") ||
		die 1 "$rpm cannot be read"
	rpm -q "$have" >/dev/null || new="$new $rpm"
done
if [ -z "$new" ] && [ -r "$pack/XS-REPOSITORY" ]; then
	echo "$name $(attribute version <XS-REPOSITORY) is installed already."
	exit 3
fi

if [ -n "$new" ]; then
	# shellcheck disable=SC2086 # names without blanks
	rpm -Uvh --nosignature $new || die 1 "rpm did not install the pack"
fi
if ! mkdir -p "$pack" || ! cp -f XS-REPOSITORY XS-PACKAGES "$pack"; then
	die 1 "cannot write $pack"
fi
xe host-refresh-pack-info host-uuid="$(host INSTALLATION_UUID)" ||
	echo "xapi does not know of the pack yet; it will after its next start." >&2
echo "Installed. Do so on each host of the pool. Then, on the master first, type:"
echo "    xe-toolstack-restart"
echo "    xe sm-list type=relvmoiscsi"
