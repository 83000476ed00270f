#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# pack.sh VERSION OUT_DIR: builds the supplemental pack OUT_DIR/relvmoiscsi-VERSION.iso
# and the source RPM beside it. `make pack` calls it.
#
#   PACK_KEY           the key in your GnuPG keyring that signs it: RSA, without
#                      subkeys, which never expires. Without it a key is made,
#                      used and thrown away, and the ISO's name says so.
#   SOURCE_DATE_EPOCH  the time of all files; else that of the last commit
#
# One ISO, two layouts: XenServer 6.5 and 7.0 read XS-REPOSITORY, XS-PACKAGES and
# legacy/; later ones update.xml, repodata/ and Packages/. The same source, key
# and version make the same ISO, but for its signatures.
set -euo pipefail
export LC_ALL=C
umask 022

version=${1:?usage: pack.sh VERSION OUT_DIR}
mkdir -p "${2:?usage: pack.sh VERSION OUT_DIR}"
out=$(realpath "$2")
here=$(dirname "$(realpath "$0")")
tree=$(dirname "$here")
release=1
name=relvmoiscsi

die()
{
	echo "pack.sh: $*" >&2
	exit 1
}

# Both rpm and xapi allow less; a version is also part of names and XML.
[[ $version =~ ^[0-9]+(\.[0-9]+)*$ ]] ||
	die "VERSION is '$version'; it has to be numbers with dots between"

# GnuPG's sockets want a short path. RPM writes into the source RPM where it was
# built, so that has to be the same place each time; one build at a time.
work=$(mktemp -d /tmp/pack.XXXXXX)
top=/tmp/relvmoiscsi-pack
# shellcheck disable=SC2317 # called by the trap
clean_up()
{
	if [[ -d $work/gnupg ]]; then
		GNUPGHOME=$work/gnupg gpgconf --kill all || true
	fi
	rm -rf "$work"
	[[ -z ${locked-} ]] || rm -rf "$top"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

iso=$name-$version.iso
key_file=RPM-GPG-KEY-$name
test_key=
# For a passphrase, should the key have one.
if GPG_TTY=$(tty); then
	export GPG_TTY
fi
if [[ -z ${PACK_KEY-} ]]; then
	iso=$name-$version-testkey.iso
	key_file=RPM-GPG-KEY-$name-test
	test_key=$'\n\nThis is a TEST BUILD: its key was made for it and thrown away.'
	echo "  KEY  made for this pack alone: PACK_KEY is not set"
	export GNUPGHOME=$work/gnupg
	mkdir -m 700 "$GNUPGHOME"
	PACK_KEY="$name test key"
	gpg --batch --quiet --no-tty --pinentry-mode loopback --passphrase '' \
		--quick-generate-key "$PACK_KEY" rsa3072 sign never 2>/dev/null ||
		die "gpg cannot make a key"
fi

# --- the key: what rpm 4.4 to 4.11 and gpg 2.0 can read --------------------------

key=$(gpg --batch --with-colons --list-secret-keys -- "$PACK_KEY" 2>/dev/null) ||
	die "PACK_KEY: gpg has no secret key '$PACK_KEY'"
[[ $(grep -c '^sec:' <<<"$key") = 1 ]] ||
	die "PACK_KEY: '$PACK_KEY' is more than one key; give its fingerprint"
[[ $(awk -F: '/^sec:/ { print $4 }' <<<"$key") = 1 ]] ||
	die "PACK_KEY: '$PACK_KEY' is not an RSA key, as old hosts want it"
if grep -q '^ssb:' <<<"$key"; then
	die "PACK_KEY: '$PACK_KEY' has subkeys, which rpm on the hosts cannot use"
fi
[[ -z $(awk -F: '/^sec:/ { print $7 }' <<<"$key") ]] ||
	die "PACK_KEY: '$PACK_KEY' expires, and the pack with it"
fingerprint=$(awk -F: '/^fpr:/ { print $10; exit }' <<<"$key")

# --- time, uuid, texts ----------------------------------------------------------

if [[ -z ${SOURCE_DATE_EPOCH-} ]]; then
	SOURCE_DATE_EPOCH=$(git -C "$tree" log -1 --format=%ct 2>/dev/null) ||
		SOURCE_DATE_EPOCH=$(stat -c %Y "$tree/Makefile")
fi
export SOURCE_DATE_EPOCH

# A new one for each release, the same for each build of it; of random form.
digest=$(sha256sum <<<"$name $version-$release $key_file")
uuid=${digest:0:8}-${digest:8:4}-4${digest:13:3}-a${digest:17:3}-${digest:20:12}

# What the program and its papers take, with room: xapi asks before it starts.
installation_size=8388608
update_xml="<update uuid=\"$uuid\" name-label=\"$name\" version=\"$version\" \
installation-size=\"$installation_size\" key=\"$key_file\" \
after-apply-guidance=\"restartXAPI\" control=\"control-$name\">\
<name-description>SR backend that gives cloned iSCSI LUNs new identifiers\
</name-description></update>"

# fill FILE: a template with its values.
fill()
{
	local text

	text=$(<"$1")
	text=${text//@VERSION@/"$version"}
	text=${text//@RELEASE@/"$release"}
	text=${text//@UUID@/"$uuid"}
	text=${text//@UPDATE_XML@/"$update_xml"}
	text=${text//@KEY_FILE@/"$key_file"}
	text=${text//@TEST_KEY@/"$test_key"}
	text=${text//@ISO@/"$iso"}
	printf '%s\n' "$text"
}

# --- RPMs -----------------------------------------------------------------------

# The build before ours removes the folder when it is done.
until [[ /dev/fd/9 -ef $top ]]; do
	mkdir -m 700 "$top" 2>/dev/null || [[ -O $top && -d $top && ! -L $top ]] ||
		[[ ! -e $top ]] || die "$top is not ours: remove it"
	{ exec 9<"$top" && flock 9; } 2>/dev/null || true
done
locked=yes
rm -rf "${top:?}"/*
mkdir -p "$top"/{SOURCES,SPECS} "$work/iso"/{Packages,Sources,legacy}
tar -C "$tree" --transform "s,^,$name-$version/," --sort=name --format=ustar \
	--mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner \
	--mode='u+rw,go-w,go+rX' --exclude='*~' --exclude='.*.swp' -cf - \
	CHANGELOG LICENSE Makefile README.md .clang-format \
	drivers lib xapi-plugin supp-pack tests |
	gzip -n -9 >"$top/SOURCES/$name-$version.tar.gz"
fill "$here/$name.spec.in" >"$top/SPECS/$name.spec"

echo "  RPM  $name-$version-$release"
# Nothing of the caller's, neither its make's settings nor its RPM macros.
if ! env -i PATH="$PATH" HOME="$work" LC_ALL=C SOURCE_DATE_EPOCH="$SOURCE_DATE_EPOCH" \
	rpmbuild -ba --with pack --define "_topdir $top" \
	--define "_smp_mflags -j$(nproc)" "$top/SPECS/$name.spec" \
	>"$work/rpmbuild.log" 2>&1 9>&-; then
	tail -n 40 "$work/rpmbuild.log" >&2
	die "rpmbuild failed"
fi

cd "$work/iso"
cp "$top"/RPMS/*/*.rpm Packages/
cp "$top"/SRPMS/*.rpm Sources/
# 6.5's rpm has no key to judge a signature by, and warns of each.
cp Packages/"$name-$version-$release".*.rpm legacy/
# Of header and payload (v3) too: rpm 4.11 knows no digest of the payload.
rpmsign --define "_dbpath $work/rpmdb" --define "_gpg_name $fingerprint" \
	--define "__gpg $(type -P gpg)" \
	--define "_gpg_digest_algo sha256" \
	--rpmv3 --addsign Packages/*.rpm Sources/*.rpm >"$work/sign.log" 2>&1 || {
	cat "$work/sign.log" >&2
	die "cannot sign with '$PACK_KEY'"
}
gpg --batch --armor --export-options export-minimal --export "$fingerprint" \
	>"$key_file"

# --- the old layout -------------------------------------------------------------

# The description comes first: xapi takes the first child for it.
cat >XS-REPOSITORY <<EOF
<?xml version="1.0" ?>
<repository originator="$name" name="$name" product="XCP" version="$version">
  <description>SR backend that gives cloned iSCSI LUNs new identifiers</description>
  <requires originator="xcp" name="main" test="ge" version="1.9.0" product="XCP"/>
</repository>
EOF
{
	echo '<?xml version="1.0" ?>'
	echo '<packages>'
	for rpm in legacy/*.rpm; do
		sum=$(md5sum <"$rpm")
		printf '  <package label="%s" type="rpm" size="%s" md5="%s">%s</package>\n' \
			"$name" "$(stat -c %s "$rpm")" "${sum%% *}" "$rpm"
	done
	echo '</packages>'
} >XS-PACKAGES

# --- the new one ----------------------------------------------------------------

printf '%s\n' "$update_xml" >update.xml
cat >"$work/comps.xml" <<EOF
<?xml version="1.0" encoding="UTF-8"?>
<comps>
  <group>
    <id>update</id>
    <name>update</name>
    <description>$name $version</description>
    <default>true</default>
    <uservisible>true</uservisible>
    <packagelist>
      <packagereq type="mandatory">update-$name</packagereq>
    </packagelist>
  </group>
</comps>
EOF
find . -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
createrepo_c --quiet --checksum sha256 --no-database --simple-md-filenames \
	--general-compress-type gz --groupfile "$work/comps.xml" \
	--revision "$SOURCE_DATE_EPOCH" --set-timestamp-to-revision \
	--excludes 'legacy/*' --excludes 'Sources/*' . >"$work/repo.log" 2>&1 || {
	cat "$work/repo.log" >&2
	die "createrepo_c failed"
}
for file in update.xml repodata/repomd.xml; do
	gpg --batch --quiet --local-user "$fingerprint" --digest-algo SHA256 --armor \
		--detach-sign --output "$file.asc" "$file"
done

# --- the ISO --------------------------------------------------------------------

install -m 755 "$here/install.sh" install.sh
install -m 755 "$here/install.sh" install
install -m 755 "$here/uninstall.sh" uninstall.sh
fill "$here/README.in" >README
find . -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
rm -f "$out/$iso"
volume=${name^^}_${version//./_}
xorriso -as mkisofs -quiet -r -J -V "${volume:0:32}" -o "$work/$iso" . \
	2>"$work/iso.log" || {
	cat "$work/iso.log" >&2
	die "xorriso failed"
}
cp Sources/*.rpm "$out/"
mv "$work/$iso" "$out/$iso"
printf '  ISO  %s  %d KiB\n' "$out/$iso" $(($(stat -c %s "$out/$iso") / 1024))
