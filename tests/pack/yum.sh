#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# yum.sh PACKS: hosts with the new layout, 7.1 and later: dnf installs from the
# ISO's files with the settings that xapi writes, and refuses what is not the
# pack as it was signed.

# shellcheck disable=SC2317 # functions that `check` calls
set -u
# shellcheck source=tests/pack/lib.sh
. "$(dirname "$0")/lib.sh"

pack_begin "$@"
pack_key

# xapi's own settings, for one update (xapi_pool_update.ml).
settings()
{
	cat >"$WORK/yum.conf" <<EOF
[main]
keepcache=0
reposdir=/dev/null
gpgcheck=1
repo_gpgcheck=1
installonlypkgs=
group_command=compat

[relvmoiscsi]
name=relvmoiscsi
baseurl=file://$1
gpgkey=file://$root/etc/pki/rpm-gpg/$2
EOF
}

# yum REPOSITORY KEY_FILE WORD…: as xapi calls it, on the host at $root. With
# `best` dnf's install upgrades what is there, as the hosts' yum always does.
yum()
{
	settings "$1" "$2"
	shift 2
	LANG=C dnf -y --noplugins -c "$WORK/yum.conf" --installroot="$root" \
		--releasever=7 --setopt=cachedir="$WORK/cache" \
		--setopt=persistdir="$WORK/persist" --setopt=logdir="$WORK" \
		--setopt=module_platform_id=platform:el7 \
		--setopt=best=True "$@" 2>&1
}

# A host like those, with the key where import-update-key puts it.
host()
{
	root=$WORK/$1
	rm -rf "$root" "$WORK/cache" "$WORK/persist"
	pack_root "$root"
	in_root "$root" -i "$PACKS/stub/xapi-core-${2:-1}-1.noarch.rpm"
	mkdir -p "$root/etc/pki/rpm-gpg" "$root/var/cache"
	cp "$PACKS"/{pack,newer}/RPM-GPG-KEY-* "$root/etc/pki/rpm-gpg/"
}

# What xapi does: first the control package, whose check it runs; then the group.
applies()
{
	local repository=$1 key=$2 uuid=$3

	yum "$repository" "$key" install control-relvmoiscsi || return
	[[ $(chroot "$root" "/var/update/$uuid/precheck") == ok ]] || return
	yum "$repository" "$key" install @update || return
	[[ -f $root/var/update/applied/$uuid ]]
}

none_installed()
{
	! in_root "$root" -qa | grep relvmoiscsi
}

# refused NAME TEXT REPOSITORY: and the host has nothing of it afterwards.
refused()
{
	host refused
	check "$1" refuses "$2" yum "$3" "$KEY_FILE" install @update
	check "$1: nothing is installed" none_installed
}

changed=
# A copy of the pack, to be changed.
another()
{
	changed=$WORK/$1
	cp -r "$PACKS/pack" "$changed"
	chmod -R u+w "$changed"
}

index_again()
{
	local comps=$WORK/comps.xml

	cp "$changed/repodata/comps.xml" "$comps"
	rm -r "$changed/repodata"
	createrepo_c --quiet --checksum sha256 --no-database --groupfile "$comps" \
		--excludes 'legacy/*' --excludes 'Sources/*' "$changed" &&
		gpg --batch --quiet --armor --detach-sign "$changed/repodata/repomd.xml"
}

host host
check "applied as xapi does it" applies "$PACKS/pack" "$KEY_FILE" "$UUID"
check "xapi takes both types" equal sm-plugins "$(sm_plugins "$root")" \
	"ext nfs lvmoiscsi relvmoiscsi relvmohba"
check "all of it is there" in_root "$root" -q \
	{,update-,control-}"relvmoiscsi-$VERSION-1"
check "a newer version, of another key" applies "$PACKS/newer" \
	RPM-GPG-KEY-relvmoiscsi-test "$NEWER_UUID"
check "a newer version: it takes the old one's place" equal installed \
	"$(in_root "$root" -qa '*relvmoiscsi' --qf '%{VERSION} ')" '99.0 99.0 99.0 '

another tampered
sed -i 's/<revision>/<revision>1/' "$changed/repodata/repomd.xml"
refused "a repomd.xml that was changed" 'GPG|signature' "$changed"
another unsigned-index
rm "$changed/repodata/repomd.xml.asc"
refused "no repomd.xml.asc" 'repomd.xml.asc' "$changed"
another unsigned-rpm
cp -f "$changed"/legacy/*.rpm "$changed/Packages/"
index_again
refused "an RPM without a signature" 'not signed|GPG check FAILED' "$changed"
another corrupt
printf x | dd of="$changed/Packages/relvmoiscsi-$VERSION-1.x86_64.rpm" bs=1 seek=400000 \
	conv=notrunc status=none
refused "a corrupt payload" 'checksum|Checksum' "$changed"
refused "another key's pack" 'GPG|signature' "$PACKS/newer"

# The change is what they fail for.
another good
index_again
host host
check "a pack that was indexed and signed again" applies "$changed" "$KEY_FILE" "$UUID"

host old 0
check "a host that is too old for this layout" refuses 'platform-version >= 2.2.0' \
	yum "$PACKS/pack" "$KEY_FILE" install control-relvmoiscsi
pack_end
