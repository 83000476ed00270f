#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# reproducible.sh PACKS: two builds of one version, in different places and at
# different times, differ in their signatures and in nothing else.

# shellcheck disable=SC2317 # functions that `check` calls
set -u
# shellcheck source=tests/pack/lib.sh
. "$(dirname "$0")/lib.sh"

pack_begin "$@"

# What a signature changes: itself, and in repodata the sums of what is signed.
same_files()
{
	local file

	equal files "$(cd "$PACKS/again" && find . | sort)" \
		"$(cd "$PACKS/pack" && find . | sort)" || return
	while read -r file; do
		case $file in
		*.asc | ./Packages/*.rpm | ./Sources/*.rpm | ./repodata/*) ;;
		*) cmp "$PACKS/pack/$file" "$PACKS/again/$file" || return ;;
		esac
	done < <(cd "$PACKS/pack" && find . -type f)
}

same_rpms()
{
	local rpm copy

	for rpm in "$PACKS"/pack/{Packages,Sources}/*.rpm; do
		for copy in pack again; do
			cp -f "$PACKS/$copy/${rpm#"$PACKS/pack/"}" "$WORK/$copy.rpm"
			chmod u+w "$WORK/$copy.rpm"
			rpmsign --delsign "$WORK/$copy.rpm" >/dev/null || return
		done
		cmp "$WORK/pack.rpm" "$WORK/again.rpm" || return
	done
	# A signature is all that the old layout's lacks.
	cp -f "$PACKS/pack/Packages/relvmoiscsi-$VERSION-1.x86_64.rpm" "$WORK/pack.rpm"
	chmod u+w "$WORK/pack.rpm"
	rpmsign --delsign "$WORK/pack.rpm" >/dev/null &&
		equal "the unsigned package" "$(rpm -qp --qf '%{SHA256HEADER}' "$WORK/pack.rpm")" \
			"$(rpm -qp --qf '%{SHA256HEADER}' "$PACKS"/pack/legacy/*.rpm)"
}

plain()
{
	case $1 in
	*.gz) gzip -dc "$1" ;;
	*) cat "$1" ;;
	esac | sed -E 's/\b[0-9a-f]{64}\b/SUM/g; s/<(open-)?size>[0-9]+</<size>N</'
}

same_repodata()
{
	local file

	for file in "$PACKS"/pack/repodata/*.{xml,gz}; do
		cmp <(plain "$file") <(plain "$PACKS/again/repodata/${file##*/}") || return
	done
}

# The image itself: where everything lies, and all bytes outside the files.
outside_files()
{
	local start blocks

	cp "$1" "$2"
	xorriso -indev "$1" -find / -type f -exec report_lba -- 2>/dev/null |
		sed -n "s/^File data lba: *[0-9]* , *\([0-9]*\) , *\([0-9]*\) , *[0-9]* , '/\1 \2 /p" \
			>"$2.map"
	[[ -s $2.map ]] || return
	while read -r start blocks _; do
		dd if=/dev/zero of="$2" bs=2048 seek="$start" count="$blocks" \
			conv=notrunc status=none || return
	done <"$2.map"
}

# Compressed, other sums may take a byte more or less. Three files, in two
# directories, with the size in both orders, of which two bytes differ if the
# lower one overflows.
same_image()
{
	local bytes

	outside_files "$PACKS/pack.iso" "$WORK/pack.out" &&
		outside_files "$PACKS/again.iso" "$WORK/again.out" &&
		cmp "$WORK/pack.out.map" "$WORK/again.out.map" || return
	bytes=$(cmp -l "$WORK/pack.out" "$WORK/again.out" | wc -l)
	((bytes <= 3 * 2 * 2 * 2)) || { echo "$bytes bytes differ"; return 1; }
}

check "the same files" same_files
check "the same RPMs, but for signatures" same_rpms
check "the same repodata, but for sums of what is signed" same_repodata
check "the same image around them" same_image
# The comparison sees what is to be seen.
check "another version differs" refuses differ cmp "$PACKS"/{pack,newer}/XS-REPOSITORY
pack_end
