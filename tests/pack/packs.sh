#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# packs.sh OUT: what the tests of the pack look at. In OUT:
#
#   pack/, pack.iso    a pack signed with a test key, whose secret part is in
#                      secret.asc; and the ISO's files, as a host mounts them
#   again/, again.iso  the same once more, from another folder, umask, time zone
#   newer/, newer.iso  version 99.0, without PACK_KEY
#   stub/              RPMs of a pool host that consists of an RPM or two
#   RELVMoISCSISR      the program that is in it
#   version
set -euo pipefail

out=${1:?usage: packs.sh OUT}
rm -rf "$out"
mkdir -p "$out/stub"
out=$(realpath "$out")
here=$(dirname "$(realpath "$0")")
tree=$(realpath "$here/../..")
version=$(sed -n 's/^VERSION := //p' "$tree/Makefile")
echo "$version" >"$out/version"

work=$(mktemp -d /tmp/packs.XXXXXX)
# Nothing goes to the home of who runs this.
export GNUPGHOME=$work/gnupg HOME=$work
# shellcheck disable=SC2317 # called by the trap
clean_up()
{
	gpgconf --kill all
	rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

mkdir -m 700 "$GNUPGHOME"
gpg --batch --quiet --no-tty --pinentry-mode loopback --passphrase '' \
	--quick-generate-key 'relvmoiscsi check' rsa2048 sign never 2>/dev/null
gpg --batch --armor --export-secret-keys >"$out/secret.asc"

# pack NAME TREE VERSION [NAME=VALUE…]: the pack's files go to OUT/NAME.
pack()
{
	local name=$1 from=$2 version=$3

	shift 3
	mkdir "$work/$name"
	env "$@" "$from/supp-pack/pack.sh" "$version" "$work/$name"
	ls "$work/$name" >"$out/$name.list"
	mv "$work/$name"/*.iso "$out/$name.iso"
	mkdir "$out/$name"
	xorriso -osirrox on -indev "$out/$name.iso" -extract / "$out/$name" \
		>/dev/null 2>&1
}

# One time for both, whether this tree has a history or not.
now=$(stat -c %Y "$tree/Makefile")
pack pack "$tree" "$version" PACK_KEY='relvmoiscsi check' SOURCE_DATE_EPOCH="$now"
mkdir "$work/elsewhere"
(
	umask 077
	cd "$tree"
	cp -r CHANGELOG LICENSE Makefile README.md .clang-format drivers lib \
		xapi-plugin supp-pack tests "$work/elsewhere"
	cd /
	pack again "$work/elsewhere" "$version" PACK_KEY='relvmoiscsi check' \
		SOURCE_DATE_EPOCH="$now" TZ=Pacific/Auckland LANG=C.UTF-8
)
rpm2cpio "$out"/pack/Packages/relvmoiscsi-*.rpm |
	(cd "$out" && cpio -i --quiet --to-stdout ./opt/xensource/sm/RELVMoISCSISR) \
		>"$out/RELVMoISCSISR"
chmod +x "$out/RELVMoISCSISR"
# Nobody looks at its program: make it fast.
pack newer "$tree" 99.0 -u PACK_KEY CFLAGS=-O0

# --- a pool host, as far as RPM can tell ------------------------------------------

# stub NAME VERSION PROVIDES XAPI_CONF: with a shell and the few tools that any
# host has, from busybox.
stub()
{
	cat >"$work/$1.spec" <<EOF
Name: $1
Version: $2
Release: 1
Summary: stub
License: none
BuildArch: noarch
AutoReqProv: no
Provides: $3
%description
stub
%global _binary_payload w9.gzdio
%global _binary_filedigest_algorithm 1
%install
mkdir -p %{buildroot}/etc/xapi.conf.d
printf '%%s\\n' '# settings' '$4' >%{buildroot}/etc/xapi.conf
%files
%dir /etc/xapi.conf.d
/etc/xapi.conf
EOF
	rpmbuild -bb --define "_topdir $work/rpm" "$work/$1.spec" >"$work/$1.log" 2>&1 ||
		{ cat "$work/$1.log" >&2; exit 1; }
}

cat >"$work/pool-host.spec" <<'EOF'
Name: pool-host
Version: 1
Release: 1
Summary: The tools that any host has
License: none
BuildArch: noarch
AutoReqProv: no
Provides: /bin/sh
%description
The tools that any host has.
%global __os_install_post %{nil}
%global _binaries_in_noarch_packages_terminate_build 0
%install
mkdir -p %{buildroot}/bin %{buildroot}/opt/xensource/sm %{buildroot}/usr/sbin
mkdir -p %{buildroot}/etc/xapi.d/plugins %{buildroot}/usr/share/doc
mkdir -p %{buildroot}/usr/libexec %{buildroot}/var/tmp
cp /bin/busybox %{buildroot}/bin/
for tool in sh rm mv mkdir; do ln -s busybox %{buildroot}/bin/$tool; done
%files
/bin/busybox
/bin/sh
/bin/rm
/bin/mv
/bin/mkdir
%dir /etc/xapi.d/plugins
/opt
/usr
/var
EOF
rpmbuild -bb --define "_topdir $work/rpm" "$work/pool-host.spec" >"$work/pool-host.log" 2>&1 ||
	{ cat "$work/pool-host.log" >&2; exit 1; }
stub xapi-core 1 'platform-version = 3.2.0' 'sm-plugins=ext nfs lvmoiscsi'
stub xapi-core 2 'platform-version = 3.3.0' 'sm-plugins=ext nfs lvmoiscsi smb'
stub xapi-core 0 'platform-version = 2.1.0' 'sm-plugins=ext nfs lvmoiscsi'
mv "$work"/rpm/RPMS/noarch/*.rpm "$out/stub/"
