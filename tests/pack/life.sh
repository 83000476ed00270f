#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# life.sh PACKS: the RPMs from their installation to their erasure, on hosts that
# consist of an RPM database, busybox and xapi's settings: which files are there,
# what xapi would take for its list of SM plug-ins, and that nothing is left.

# shellcheck disable=SC2317 # functions that `check` calls
set -u
# shellcheck source=tests/pack/lib.sh
. "$(dirname "$0")/lib.sh"

pack_begin "$@"
root=$WORK/host
mine=$PACKS/pack/Packages
newer=$PACKS/newer/Packages
factory='ext nfs lvmoiscsi'

# All that there is but RPM's own database.
files()
{
	(cd "$root" && find . -path ./var/lib/rpm -prune -o -printf '%p %m %l\n' | sort)
}

plugins()
{
	equal "sm-plugins" "$(sm_plugins "$root")" "$1"
}

# dangling: no link leads nowhere, seen from inside.
dangling()
{
	local link target

	find "$root" -type l | while read -r link; do
		target=$(readlink "$link")
		case $target in
		/*) target=$root$target ;;
		*) target=${link%/*}/$target ;;
		esac
		[[ -e $target ]] || echo "$link leads nowhere"
	done
}

in_place()
{
	local said

	said=$(in_root "$root" -V relvmoiscsi "update-relvmoiscsi" control-relvmoiscsi) ||
		{ echo "$said"; return 1; }
	[[ -z $(dangling) ]] || { dangling; return 1; }
	cmp <(readlink "$root/etc/xapi.d/plugins/relvmoiscsi" "$root/usr/sbin/relvm" \
		"$root/opt/xensource/sm/RELVMoHBASR") - <<EOF
/opt/xensource/sm/RELVMoISCSISR
/opt/xensource/sm/RELVMoISCSISR
RELVMoISCSISR
EOF
}

# The stamp is update.xml itself, and there is one.
stamp()
{
	equal stamps "$(ls "$root/var/update/applied")" "$1" &&
		cmp "$root/var/update/applied/$1" "$2/update.xml"
}

precheck()
{
	equal "precheck" "$(chroot "$root" "/var/update/$UUID/precheck")" ok
}

installed()
{
	equal "installed" "$(in_root "$root" -q relvmoiscsi)" "relvmoiscsi-$1-1.x86_64"
}

pack_root "$root"
in_root "$root" -i "$PACKS/stub/xapi-core-1-1.noarch.rpm"
rm "$root/bin/mkdir" # nobody needs it where the folders are
mkdir -p "$root/var/update/applied"
files >"$WORK/before"
check "a host takes the packages" in_root "$root" -i "$mine"/*.rpm
check "installed: files and links" in_place
check "installed: xapi takes the types" plugins "$factory relvmoiscsi relvmohba"
check "installed: xapi knows of the update" stamp "$UUID" "$PACKS/pack"
check "installed: the update's check runs" precheck
check "once more: rpm declines" refuses 'already installed' \
	in_root "$root" -i "$mine"/relvmoiscsi*.rpm
files >"$WORK/first"
check "over itself" in_root "$root" -i --replacepkgs "$mine"/*.rpm
check "over itself: nothing changes" diff "$WORK/first" <(files)
check "over itself: the stamp stays" stamp "$UUID" "$PACKS/pack"

# What the user has set stays.
echo 'initiator = libiscsi' >"$root/etc/relvmoiscsi.conf"
check "upgrade" in_root "$root" -U "$newer"/*.rpm
check "upgrade: the new one" installed 99.0
check "upgrade: the user's settings stay" equal relvmoiscsi.conf \
	"$(<"$root/etc/relvmoiscsi.conf")" 'initiator = libiscsi'
check "upgrade: xapi takes the types" plugins "$factory relvmoiscsi relvmohba"
check "upgrade: xapi knows of this update alone" stamp "$NEWER_UUID" "$PACKS/newer"
check "upgrade: links" test -z "$(dangling)"
check "downgrade: refused" refuses 'newer than' in_root "$root" -U "$mine"/*.rpm
check "downgrade: nothing has changed" installed 99.0

# The host is updated below us: its list changes.
rm -f "$root/etc/relvmoiscsi.conf".rpm*
check "xapi's own upgrade" in_root "$root" -U "$PACKS/stub/xapi-core-2-1.noarch.rpm"
check "xapi's own upgrade: its new list, and ours" plugins "$factory smb relvmoiscsi relvmohba"
check "xapi's own upgrade: no file but ours" equal xapi.conf.d \
	"$(ls -A "$root/etc/xapi.conf.d")" zz-relvmoiscsi.conf

check "erased" in_root "$root" -e relvmoiscsi update-relvmoiscsi control-relvmoiscsi
rm -f "$root/etc/relvmoiscsi.conf.rpmsave"
check "erased: nothing is left" diff "$WORK/before" <(files)
check "erased: xapi's own list" plugins "$factory smb"

# The driver of 2016: its package is gone, its link is not.
ln -s ReLVHDoISCSISR.py "$root/opt/xensource/sm/ReLVMoISCSISR"
check "beside the driver of 2016" in_root "$root" -i "$mine"/relvmoiscsi*.rpm
check "its link is gone" refuses . ls -d "$root/opt/xensource/sm/ReLVMoISCSISR"
in_root "$root" -e relvmoiscsi
echo '#!/usr/bin/python' >"$root/opt/xensource/sm/ReLVMoISCSISR"
check "beside a driver that is no link: its check refuses" refuses 'remove it' \
	chroot "$root" /bin/sh -c "$(<"$pack_here/../../supp-pack/precheck.sh")"
said=$(in_root "$root" -i "$mine"/relvmoiscsi*.rpm 2>&1)
check "beside a driver that is no link: it is told" grep -q 'remove it' <<<"$said"
check "beside a driver that is no link: that stays" \
	test -f "$root/opt/xensource/sm/ReLVMoISCSISR"
in_root "$root" -e relvmoiscsi
rm "$root/opt/xensource/sm/ReLVMoISCSISR"
check "gone again" diff "$WORK/before" <(files)

# An installer sets up host and pack in one transaction, in no order of ours.
root=$WORK/fresh
mkdir "$root"
check "in one transaction with the host" in_root "$root" -i \
	"$PACKS"/stub/{pool-host,xapi-core-1}-*.rpm "$mine"/*.rpm
check "in one transaction: xapi takes the types" plugins "$factory relvmoiscsi relvmohba"
check "in one transaction: links" in_place
check "a host that is too old for the new layout" refuses 'platform-version' \
	in_root "$root" -U --oldpackage "$PACKS/stub/xapi-core-0-1.noarch.rpm"
pack_end
