#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# iso.sh PACKS: the pack is what every generation of hosts can read: the ISO, its
# metadata, its RPMs, their scriptlets and signatures, and the program.

# shellcheck disable=SC2317 # functions that `check` calls
set -u
# shellcheck source=tests/pack/lib.sh
. "$(dirname "$0")/lib.sh"

pack_begin "$@"
pack=$PACKS/pack
tree=$(realpath "$pack_here/../..")

# --- the ISO ----------------------------------------------------------------------

# Read by a program that has not written it.
iso_files()
{
	diff <(isoinfo -i "$PACKS/pack.iso" -f "$1" | sort) - <<EOF
/Packages
/Packages/control-relvmoiscsi-$VERSION-1.noarch.rpm
/Packages/relvmoiscsi-$VERSION-1.x86_64.rpm
/Packages/update-relvmoiscsi-$VERSION-1.noarch.rpm
/README
/RPM-GPG-KEY-relvmoiscsi
/Sources
/Sources/relvmoiscsi-$VERSION-1.src.rpm
/XS-PACKAGES
/XS-REPOSITORY
/install
/install.sh
/legacy
/legacy/relvmoiscsi-$VERSION-1.x86_64.rpm
/repodata
/repodata/comps.xml
/repodata/comps.xml.gz
/repodata/filelists.xml.gz
/repodata/other.xml.gz
/repodata/primary.xml.gz
/repodata/repomd.xml
/repodata/repomd.xml.asc
/uninstall.sh
/update.xml
/update.xml.asc
EOF
}

volume_id()
{
	isoinfo -d -i "$PACKS/pack.iso" | grep -x "Volume id: RELVMOISCSI_${VERSION//./_}"
}

scripts_run()
{
	local script

	for script in install install.sh uninstall.sh; do
		[[ -x $pack/$script ]] || { echo "$script: not executable"; return 1; }
	done
	cmp "$pack/install" "$pack/install.sh"
}

readme()
{
	! grep '@' "$pack/README" && grep -q "^relvmoiscsi $VERSION\$" "$pack/README" &&
		grep -q "file-name=relvmoiscsi-$VERSION.iso" "$pack/README" &&
		! grep -q "TEST BUILD" "$pack/README" &&
		grep -q "TEST BUILD" "$PACKS/newer/README" &&
		grep -q "file-name=relvmoiscsi-99.0-testkey.iso" "$PACKS/newer/README"
}

check "the ISO's files, by Rock Ridge" iso_files -R
check "the ISO's files, by Joliet" iso_files -J
check "the volume's name" volume_id
check "its scripts can be run" scripts_run
check "its README is filled in, and tells of a test key" readme

# --- metadata ---------------------------------------------------------------------

well_formed()
{
	local file

	for file in "$pack"/{update.xml,XS-REPOSITORY,XS-PACKAGES} "$pack"/repodata/*.xml; do
		xmllint --noout "$file" || return
	done
	for file in "$pack"/repodata/*.gz; do
		gzip -dc "$file" | xmllint --noout - || return
	done
}

# is FILE XPATH WANTED
is()
{
	equal "$2" "$(xmllint --xpath "string($2)" "$1")" "$3"
}

update_xml()
{
	local xml=$pack/update.xml

	is "$xml" /update/@name-label relvmoiscsi &&
		is "$xml" /update/@version "$VERSION" &&
		is "$xml" /update/@key RPM-GPG-KEY-relvmoiscsi &&
		is "$xml" /update/@after-apply-guidance restartXAPI &&
		is "$xml" /update/@control control-relvmoiscsi &&
		is "$xml" 'count(/update/name-description/text())' 1 &&
		[[ $UUID =~ ^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$ ]] &&
		[[ $UUID != "$NEWER_UUID" ]]
}

old_layout()
{
	local xml=$pack/XS-REPOSITORY rpm

	is "$xml" 'name(/repository/*[1])' description &&
		is "$xml" /repository/@originator relvmoiscsi &&
		is "$xml" /repository/@name relvmoiscsi &&
		is "$xml" /repository/@product XCP &&
		is "$xml" /repository/@version "$VERSION" &&
		is "$xml" '/repository/requires/@version' 1.9.0 || return
	xml=$pack/XS-PACKAGES
	is "$xml" 'count(/packages/package)' 1 || return
	rpm=$pack/$(xmllint --xpath 'string(/packages/package)' "$xml")
	is "$xml" /packages/package/@type rpm &&
		is "$xml" /packages/package/@size "$(stat -c %s "$rpm")" &&
		is "$xml" /packages/package/@md5 "$(md5sum "$rpm" | cut -c 1-32)"
}

# Every file that repomd names, and every package that primary names.
new_layout()
{
	local xml=$pack/repodata/repomd.xml type href

	for type in primary filelists other group group_gz; do
		href=$(xmllint --xpath "string(//*[local-name()='data'][@type='$type']/*[local-name()='location']/@href)" "$xml")
		is "$xml" "//*[local-name()='data'][@type='$type']/*[local-name()='checksum'][@type='sha256']" \
			"$(sha256sum "$pack/$href" | cut -c 1-64)" || return
	done
	gzip -dc "$pack/repodata/primary.xml.gz" >"$WORK/primary.xml"
	xml=$WORK/primary.xml
	is "$xml" "count(//*[local-name()='package'])" 3 || return
	for href in "$pack"/Packages/*.rpm; do
		href=${href#"$pack/"}
		is "$xml" "//*[local-name()='package'][*[local-name()='location']/@href='$href']/*[local-name()='checksum'][@type='sha256']" \
			"$(sha256sum "$pack/$href" | cut -c 1-64)" || return
	done
	is "$pack/repodata/comps.xml" /comps/group/id update &&
		is "$pack/repodata/comps.xml" \
			'/comps/group/packagelist/packagereq[@type="mandatory"]' update-relvmoiscsi
}

# One version, that of the Makefile, wherever it stands.
one_version()
{
	local rpm

	for rpm in "$pack"/{Packages,legacy,Sources}/*.rpm; do
		equal "$rpm" "$(rpm -qp --nosignature --qf '%{VERSION}' "$rpm")" "$VERSION" || return
	done
	xapi_run "$WORK" "$WORK/root/opt/xensource/sm/RELVMoISCSISR" \
		"$(xapi_call sr_get_driver_info)" || return
	tr -d '\r\n' <"$WORK/stdout" |
		grep -qF "driver_version</name><value><string>$VERSION<"
}

check "every XML is well-formed" well_formed
check "update.xml" update_xml
check "XS-REPOSITORY and XS-PACKAGES" old_layout
check "repodata" new_layout

# --- RPMs -------------------------------------------------------------------------

mkdir "$WORK/root"
rpm2cpio "$pack/Packages/relvmoiscsi-$VERSION-1.x86_64.rpm" |
	(cd "$WORK/root" && cpio -idm --quiet)

rpm_format()
{
	local rpm

	for rpm in "$pack"/{Packages,legacy}/*.rpm; do
		equal "$rpm" "$(rpm -qp --nosignature --qf '%{PAYLOADCOMPRESSOR} %{FILEDIGESTALGO}' "$rpm")" \
			"gzip (none)" || return
	done
	! rpm -qlp --nosignature "$pack"/Packages/*.rpm | grep build-id
}

requirements()
{
	local allowed='/bin/sh|rpmlib\(CompressedFileNames\) <= 3.0.4-1|rpmlib\(PayloadFilesHavePrefix\) <= 4.0-1'

	! rpm -qp --nosignature --requires "$pack/legacy"/*.rpm |
		grep -vxE "$allowed" &&
		! rpm -qp --nosignature --requires "$pack"/Packages/update-*.rpm |
			grep -vxE "$allowed|relvmoiscsi = $VERSION-1" &&
		! rpm -qp --nosignature --requires "$pack"/Packages/control-*.rpm |
			grep -vxE "$allowed|platform-version >= 2.2.0"
}

# The query prints a heading before each, which it does not before a blank line.
scriptlets()
{
	local rpm tag file n=0

	for rpm in "$pack"/Packages/*.rpm; do
		for tag in PREIN POSTIN PREUN POSTUN PRETRANS POSTTRANS TRIGGERSCRIPTS; do
			file=$WORK/scriptlet.$((++n))
			rpm -qp --nosignature --qf "[%{$tag}\n]" "$rpm" >"$file"
			[[ $(<"$file") != "(none)" && -s $file ]] || { rm "$file"; continue; }
			dash -n "$file" && shellcheck -s sh "$file" || return
		done
	done
	# There are some, or this has looked at nothing.
	ls "$WORK"/scriptlet.* >/dev/null && dash -n "$tree/supp-pack/register.sh"
}

shell_scripts()
{
	shellcheck "$tree"/supp-pack/*.sh "$pack/install" "$pack/uninstall.sh" &&
		shellcheck -s sh "$pack"/../pack/install.sh &&
		dash -n "$pack/install.sh" && dash -n "$pack/uninstall.sh"
}

check "RPMs: gzip and MD5, as rpm 4.4 reads them" rpm_format
check "RPMs require nothing that a host may lack" requirements
check "scriptlets are POSIX sh" scriptlets
check "scripts of the pack and the ISO" shell_scripts
check "one version everywhere" one_version

# --- the program ------------------------------------------------------------------

needs_nothing()
{
	local elf=$WORK/root/opt/xensource/sm/RELVMoISCSISR

	! readelf -d "$elf" | grep NEEDED && ! readelf -l "$elf" | grep INTERP &&
		readelf -h "$elf" | grep -q 'Machine:.*X86-64' &&
		! grep -qE 'libnss_|icudt' "$elf"
}

size()
{
	local size

	size=$(rpm -qp --nosignature --qf '%{SIZE}' "$pack"/legacy/*.rpm)
	((size < $(xmllint --xpath 'string(/update/@installation-size)' "$pack/update.xml"))) &&
		((size < 6000000)) || { echo "$size bytes"; return 1; }
}

check "the program needs no library, and loads none" needs_nothing
check "it is small, and the room that update.xml asks for is enough" size

# Whoever has the source RPM can make a program for a system of his own, with its
# libraries; here, of this machine's. RPM does not know Debian's packages.
rebuilds()
{
	local said

	said=$(env -u MAKEFLAGS -u MAKELEVEL CFLAGS=-O0 rpmbuild --rebuild --nodeps \
		--define "_topdir $WORK/rebuild" --define "_smp_mflags -j2" \
		"$pack"/Sources/*.rpm 2>&1) || { tail -n 20 <<<"$said"; return 1; }
	equal packages "$(cd "$WORK/rebuild/RPMS" && find . -name '*.rpm')" \
		"./x86_64/relvmoiscsi-$VERSION-1.x86_64.rpm" || return
	mkdir "$WORK/rebuilt"
	rpm2cpio "$WORK"/rebuild/RPMS/x86_64/*.rpm | (cd "$WORK/rebuilt" && cpio -idm --quiet)
	readelf -d "$WORK/rebuilt/opt/xensource/sm/RELVMoISCSISR" |
		grep -q 'NEEDED.*libiscsi' &&
		diff <(cd "$WORK/root" && find . | grep -v copyright | sort) \
			<(cd "$WORK/rebuilt" && find . | sort)
}

check "the source RPM makes a program with a host's libraries" rebuilds

# --- signatures -------------------------------------------------------------------

# As xapi does: a home of its own, the key imported and trusted (import-update-key).
export GNUPGHOME=$WORK/gnupg
mkdir -m 700 "$GNUPGHOME"
trust()
{
	gpg --batch --quiet --import "$pack/$KEY_FILE" || return
	printf 'trust\n5\ny\n' | gpg --batch --quiet --command-fd 0 \
		--edit-key "$(gpg --batch --with-colons -k | awk -F: '/^pub/ { print $5 }')" \
		>/dev/null 2>&1
}

# good FILE: GOODSIG and ultimate trust, which is what xapi looks for.
good()
{
	gpg --batch --status-fd 1 --verify "$1.asc" "$1" >"$WORK/status" 2>/dev/null
	grep -q '^\[GNUPG:\] GOODSIG ' "$WORK/status" &&
		grep -q '^\[GNUPG:\] TRUST_ULTIMATE' "$WORK/status" || {
		cat "$WORK/status"
		return 1
	}
}

signed_files()
{
	good "$pack/update.xml" && good "$pack/repodata/repomd.xml"
}

tampered()
{
	local file

	for file in update.xml repodata/repomd.xml; do
		sed 's/relvmoiscsi/relvmoiscsj/; s/sha256/sha265/' "$pack/$file" >"$WORK/tampered"
		cp "$pack/$file.asc" "$WORK/tampered.asc"
		! cmp -s "$pack/$file" "$WORK/tampered" || return
		! good "$WORK/tampered" >/dev/null || return
		grep -q BADSIG "$WORK/status" || return
	done
}

public_key()
{
	gpg --batch --with-colons -k >"$WORK/keys"
	# One, RSA, no subkey, no expiry; and nothing secret.
	[[ $(awk -F: '/^pub/ { print $4, $7 "." }' "$WORK/keys") == "1 ." ]] &&
		! grep -E '^(sub|ssb|sec):' "$WORK/keys" &&
		! grep -r "PRIVATE KEY" "$pack"
}

rpm_key()
{
	rpmkeys --dbpath "$WORK/rpmdb" "$@"
}

# Header, and header with payload.
signed_rpms()
{
	local rpm said

	rpm_key --import "$pack/$KEY_FILE" || return
	for rpm in "$pack"/{Packages,Sources}/*.rpm; do
		said=$(rpm_key -Kv "$rpm") || { echo "$said"; return 1; }
		[[ $(grep -c 'RSA/SHA256 Signature.*: OK' <<<"$said") == 2 ]] ||
			{ echo "$said"; return 1; }
	done
	! rpm_key -Kv "$pack"/legacy/*.rpm | grep Signature
}

corrupt_rpm()
{
	cp "$pack"/Packages/relvmoiscsi-*.rpm "$WORK/corrupt.rpm"
	chmod u+w "$WORK/corrupt.rpm"
	printf 'x' | dd of="$WORK/corrupt.rpm" bs=1 seek=400000 conv=notrunc status=none
	! rpm_key -K "$WORK/corrupt.rpm"
}

check "the key is imported and trusted" trust
check "the key is one that old hosts can use" public_key
check "update.xml and repomd.xml: GOODSIG and ultimate trust" signed_files
check "not so when a byte is changed" tampered
check "RPMs are not accepted without the key" refuses 'NOKEY|NOT OK' \
	rpm_key -Kv "$pack/Packages/relvmoiscsi-$VERSION-1.x86_64.rpm"
check "RPMs are signed, the old layout's not" signed_rpms
check "not so when a byte is changed in the RPM" corrupt_rpm

# --- keys that no host could use ----------------------------------------------------

make_key()
{
	gpg --batch --quiet --no-tty --pinentry-mode loopback --passphrase '' \
		--quick-generate-key "$@" 2>/dev/null
}

refuses_key()
{
	refuses "$1" env PACK_KEY="$2" "$tree/supp-pack/pack.sh" "$VERSION" "$WORK/out"
}

make_key expires rsa2048 sign 1y
make_key curve ed25519 sign never
make_key subkeys rsa2048 sign never
gpg --batch --quiet --pinentry-mode loopback --passphrase '' --quick-add-key \
	"$(gpg --batch --with-colons -k subkeys | awk -F: '/^fpr/ { print $10; exit }')" \
	rsa2048 encr never 2>/dev/null
check "PACK_KEY: no such key" refuses_key "no secret key 'nobody'" nobody
check "PACK_KEY: it expires" refuses_key expires expires
check "PACK_KEY: not RSA" refuses_key "not an RSA key" curve
check "PACK_KEY: subkeys" refuses_key subkeys subkeys
check "a VERSION that no RPM takes" refuses "numbers with dots" \
	"$tree/supp-pack/pack.sh" '1.0-rc1' "$WORK/out"
check "without PACK_KEY the ISO's name says so" equal "what pack.sh made" \
	"$(tr '\n' ' ' <"$PACKS/newer.list")" \
	"relvmoiscsi-99.0-1.src.rpm relvmoiscsi-99.0-testkey.iso "
pack_end
