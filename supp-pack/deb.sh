#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# deb.sh VERSION BUILD: BUILD/relvm_VERSION_ARCHITECTURE.deb, the command relvm
# alone, for Debian machines that have no xapi. `make deb` calls it. Which libraries
# it depends on, and of what version at least, dpkg-shlibdeps finds out.
set -euo pipefail
umask 022
usage="usage: deb.sh VERSION BUILD"
version=${1:?$usage}
build=$(realpath "${2:?$usage}")
tree=$(dirname "$(dirname "$(realpath "$0")")")
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$tree" log -1 --format=%ct 2>/dev/null ||
	stat -c %Y "$tree/Makefile")}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

root=$work/root
make -s -C "$tree" BUILD="$build" PREFIX=/usr DESTDIR="$root" install-relvm >/dev/null
strip --remove-section=.comment "$root/usr/sbin/relvm"
gzip -9n "$root/usr/share/man/man8/relvm.8"
mkdir -p "$root/usr/share/doc/relvm" "$root/DEBIAN" "$work/debian"
cat >"$root/usr/share/doc/relvm/copyright" <<'END'
relvm is part of relvmoiscsi. It is free software under the GNU Lesser General
Public License, version 2.1, which is in /usr/share/common-licenses/LGPL-2.1.
END
gzip -9nc "$tree/CHANGELOG" >"$root/usr/share/doc/relvm/changelog.gz"

printf 'Source: relvm\n\nPackage: relvm\nArchitecture: any\n' >"$work/debian/control"
depends=$(cd "$work" && dpkg-shlibdeps -O root/usr/sbin/relvm 2>/dev/null)
architecture=$(dpkg --print-architecture)
cat >"$root/DEBIAN/control" <<END
Package: relvm
Version: $version
Architecture: $architecture
Section: admin
Priority: optional
Maintainer: The relvmoiscsi project
Installed-Size: $(du -sk --exclude=DEBIAN "$root" | cut -f 1)
Depends: ${depends#shlibs:Depends=}
Recommends: lvm2
Suggests: open-iscsi
Description: gives cloned LUNs of XenServer and XCP-ng SRs new identifiers
 The clone of a LUN carries the identifiers of its original: LVM PV, VG and LV
 ids, the uuids of the SR and of its VDIs. relvm lists LUNs of iSCSI targets,
 shows what is on a LUN, a block device or an image file, gives it new
 identifiers in place, completes what was interrupted, and verifies the result.
END
file=$build/relvm_${version}_$architecture.deb
dpkg-deb --root-owner-group -Zxz --build "$root" "$file" >/dev/null
echo "  DEB  $file"
