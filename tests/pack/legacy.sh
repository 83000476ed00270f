#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# legacy.sh PACKS: hosts with the old layout, XenServer 6.5 and 7.0: the ISO's own
# install.sh and uninstall.sh, on a host with rpm and a few programs of this
# machine's, a stub xe, and an inventory such as these hosts have.

# shellcheck disable=SC2317 # functions that `check` calls
set -u
# shellcheck source=tests/pack/lib.sh
. "$(dirname "$0")/lib.sh"

pack_begin "$@"

# host NAME BRAND PLATFORM VERSION
host()
{
	local tool

	root=$WORK/$1
	mkdir -p "$root"/{bin,tmp,var/tmp,root,usr/{lib,sbin,libexec,share/{doc,man/man{7,8},bash-completion/completions}}} \
		"$root"/opt/xensource/{bin,sm} "$root/etc/xapi.d/plugins" \
		"$root/etc/xensource/installed-repos/xcp:main"
	for tool in bash sed awk grep head md5sum dirname cp mkdir mv rm rpm; do
		copy_in "$root" "$(type -P $tool)" $tool
	done
	ln -s bash "$root/bin/sh"
	cp -r /usr/lib/rpm "$root/usr/lib/"
	cp "$HOME/.rpmmacros" "$root/root/"
	echo "<repository originator=\"xcp\" name=\"main\" product=\"XCP\" version=\"$4\" build=\"1\">" \
		>"$root/etc/xensource/installed-repos/xcp:main/XS-REPOSITORY"
	cat >"$root/etc/xensource-inventory" <<EOF
PRODUCT_BRAND='$2'
PLATFORM_NAME='$3'
PLATFORM_VERSION='$4'
INSTALLATION_UUID='3e6b5d3c-8b6a-4d1c-9f62-0d3f6d4cb1a4'
EOF
	cat >"$root/opt/xensource/bin/xe" <<'EOF'
#!/bin/sh
echo "$*" >>/tmp/xe.calls
EOF
	chmod +x "$root/opt/xensource/bin/xe"
	# Known to RPM, as each host's shell is.
	in_root "$root" -i --justdb --nodeps "$PACKS"/stub/pool-host-1-1.noarch.rpm
	mkdir "$root/dev"
	: >"$root/dev/null"
	files >"$root.before"
}

# The ISO comes with rights to read and to run, as it does when it is mounted.
put_in()
{
	rm -rf "$root/pack"
	cp -r "$1" "$root/pack"
}

on_host()
{
	env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot "$root" "$@" 2>&1 </dev/null
}

# exits STATUS TEXT COMMAND…
exits()
{
	local wanted=$1 text=$2 said status=0

	shift 2
	said=$(on_host "$@") || status=$?
	[[ $status -eq $wanted ]] && grep -qE -- "$text" <<<"$said" || {
		printf 'exit %d: %s\n' "$status" "$said"
		return 1
	}
}

files()
{
	(cd "$root" && find . \( -path ./pack -o -path ./var/lib/rpm -o -path ./tmp \) \
		-prune -o -printf '%p %l\n' | sort)
}

installed()
{
	equal version "$(on_host rpm -q relvmoiscsi)" "relvmoiscsi-$1-1.x86_64"
}

# The pack is recorded where xapi looks for it.
recorded()
{
	local repo=$root/etc/xensource/installed-repos/relvmoiscsi:relvmoiscsi

	cmp "$repo/XS-REPOSITORY" "$1/XS-REPOSITORY" &&
		cmp "$repo/XS-PACKAGES" "$1/XS-PACKAGES"
}

xe_called()
{
	equal xe "$(cat "$root/tmp/xe.calls")" \
		"host-refresh-pack-info host-uuid=3e6b5d3c-8b6a-4d1c-9f62-0d3f6d4cb1a4" &&
		rm "$root/tmp/xe.calls"
}

unchanged()
{
	diff "$root.before" <(files) && [[ ! -e $root/tmp/xe.calls ]]
}

host xs65 XenServer XCP 1.9.0
put_in "$PACKS/pack"
check "6.5: installed" exits 0 'xe sm-list type=relvmoiscsi' /pack/install.sh
check "6.5: the program is there" installed "$VERSION"
check "6.5: the pack is recorded" recorded "$PACKS/pack"
check "6.5: xapi is told" xe_called
check "6.5: all types are taken there, so no list is made" \
	test ! -e "$root/etc/xapi.conf.d/zz-relvmoiscsi.conf"
check "6.5: the program runs" exits 0 'driver_version' \
	/opt/xensource/sm/RELVMoISCSISR "$(xapi_call sr_get_driver_info)"
files >"$WORK/installed"
check "6.5: again" exits 3 'installed already' /pack/install.sh -b
check "6.5: again: nothing changes" diff "$WORK/installed" <(files)
rm -r "$root/etc/xensource/installed-repos/relvmoiscsi:relvmoiscsi"
check "6.5: the RPM is there, the record is not" exits 0 Installed /pack/install
check "6.5: the record is made" recorded "$PACKS/pack"
rm "$root/tmp/xe.calls"
put_in "$PACKS/newer"
check "6.5: upgrade" exits 0 Installed /pack/install.sh -b
check "6.5: upgrade: the new one" installed 99.0
check "6.5: upgrade: recorded" recorded "$PACKS/newer"
check "6.5: upgrade: xapi is told" xe_called
put_in "$PACKS/pack"
check "6.5: an older one" exits 1 'newer than' /pack/install.sh -b
check "6.5: an older one: nothing has changed" installed 99.0
check "6.5: an older one: nor the record" recorded "$PACKS/newer"
check "6.5: removed" exits 0 'xe-toolstack-restart' /pack/uninstall.sh
check "6.5: removed: xapi is told" xe_called
check "6.5: removed: nothing is left" unchanged
check "6.5: removed again" exits 0 'not installed' /pack/uninstall.sh

chmod u+w "$root/pack/legacy"/*
printf x | dd of="$(ls "$root"/pack/legacy/*.rpm)" bs=1 seek=400000 conv=notrunc status=none
check "a damaged package" exits 1 'is damaged' /pack/install.sh -b
rm -f "$root"/pack/legacy/*
check "a missing package" exits 1 'is missing' /pack/install.sh -b
rm -f "$root/pack/XS-PACKAGES"
check "a missing list" exits 1 'XS-PACKAGES is missing' /pack/install.sh -b
put_in "$PACKS/pack"
check "an unknown option" exits 1 'usage' /pack/install.sh --force
rm -r "$root/etc/xensource/installed-repos/xcp:main"
rm -f "$root.before" && files >"$root.before"
check "what the pack requires is missing" exits 2 'xcp:main' /pack/install.sh
rm "$root/etc/xensource-inventory"
check "no pool host" exits 2 'no pool host' /pack/install.sh
printf '' >"$root/etc/xensource-inventory"
rm -f "$root.before" && files >"$root.before"
check "a host without a brand" exits 2 'this host is no pool host' /pack/install.sh
check "refused: nothing has changed" unchanged

host xs70 XenServer XCP 2.1.0
put_in "$PACKS/pack"
check "7.0: installed, by the other name" exits 0 Installed /pack/install -b
host other OtherServer Other 1.9.0
put_in "$PACKS/pack"
check "another brand" exits 2 'for XCP, and this host is OtherServer' /pack/install.sh -b
check "another brand: nothing has changed" unchanged
host old XenServer XCP 1.8.0
put_in "$PACKS/pack"
check "an older host" exits 2 'requires xcp:main 1.9.0; this host has 1.8.0' /pack/install.sh -b
host xs71 XenServer XCP 2.2.0
put_in "$PACKS/pack"
check "a later host is sent to its own tool" exits 2 'xe-install-supplemental-pack' /pack/install.sh
check "a later host: nothing has changed" unchanged

# uninstall.sh is for later hosts, too: they have stamps.
on_host rpm -i --nodeps --nosignature /pack/Packages/{update-,}relvmoiscsi-"$VERSION"*.rpm >/dev/null
check "a later host has a stamp" test -e "$root/var/update/applied/$UUID"
echo '<update uuid="x" name-label="other"/>' >"$root/var/update/applied/x"
check "a later host: removed" exits 0 "xe update-destroy uuid=$UUID" /pack/uninstall.sh
check "a later host: other stamps stay" equal stamps "$(ls "$root/var/update/applied")" x
rm -r "$root/var/update"
check "a later host: nothing is left" unchanged
pack_end
