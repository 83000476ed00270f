#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# test_careful.sh BUILD: what a user types by mistake does no harm, and tells no
# password.

# shellcheck disable=SC2317 # functions that `check` calls
set -u
# shellcheck source=tests/driver/lib.sh
. "$(dirname "$0")/../driver/lib.sh"
driver_begin "$@"
# shellcheck source=tests/relvm/lib.sh
. "$(dirname "$0")/lib.sh"

golden snapshots "$WORK/lun"
clone "$WORK/lun" "$WORK/pristine"
sr=be264df7-81bd-47c9-b401-5d7c41a11982

# --save-map replaces a map, and nothing else.
relvm plan --save-map "$WORK/lun" "$WORK/lun"
check "a map's name that is the LUN's" status 1
check "is told" said "is there already, and is no map"
check "and the LUN is untouched" same "$WORK/pristine" "$WORK/lun"
mknod "$WORK/null" c 1 3
relvm plan --save-map "$WORK/null" "$WORK/lun"
check "a device" status 1
check "is a device still" test -c "$WORK/null"
ln -s nowhere "$WORK/link"
relvm plan --save-map "$WORK/link" "$WORK/lun"
check "a link" status 1
check "is a link still" test -L "$WORK/link"
: >"$WORK/empty"
relvm plan --save-map "$WORK/empty" "$WORK/lun"
check "an empty file" status 1
relvm plan --save-map "$WORK/map" "$WORK/lun"
check "a new file" status 0
relvm plan --save-map "$WORK/map" "$WORK/lun"
check "a map, again" status 0
check "is whole" grep -q '^digest ' "$WORK/map"

relvm resign --yes --from "$(xapi_uuid)" "$WORK/lun"
check "a wrong --from" said "resigned before, or is no clone of that"
check "changes nothing" same "$WORK/pristine" "$WORK/lun"
relvm inspect --json "$WORK/lun"
vdi=$(field '.vdis[0].uuid')
relvm resign --yes --sr-uuid "$vdi" "$WORK/lun"
check "a VDI's uuid for the SR" said "is that of a VDI on this LUN"
check "changes nothing, either" same "$WORK/pristine" "$WORK/lun"
check "its SR is what it was" test "$(relvm inspect --json "$WORK/lun"; field .sr.uuid)" = "$sr"

for name in iscsi://a:s3cret@127.0.0.1 iscsi://a%s3cret@127.0.0.1 \
	iscsi://a:s3cret@127.0.0.1/iqn.x/1 iscsi://a:s3cret@; do
	relvm list "$name"
	check "$name: refused" test "$STATUS" -ne 0
	check "$name: the password is not printed" \
		test "$(cat "$OUT" "$ERR" | grep -c s3cret)" = 0
done

# What is no raw image is named, with the remedy; a name stands there once.
other() # FORMAT REMEDY MAKER...
{
	rm -f "$WORK/other"
	"${@:3}" >/dev/null 2>&1
	relvm inspect "$WORK/other"
	check "$1: refused" status 1
	check "$1: told, with the remedy" said "$2"
	check "$1: on stderr alone" test ! -s "$OUT"
	check "$1: named once" test "$(grep -o "$WORK/other" "$ERR" | wc -l)" = 1
}
other qcow2 "is a qcow2 image, not the raw image of a LUN" \
	qemu-img create -f qcow2 "$WORK/other" 1M
other VHD "is a VHD" qemu-img create -f vpc "$WORK/other" 1M
other VMDK "is a VMDK" qemu-img create -f vmdk "$WORK/other" 1M
other zstd "zstd -d" zstd -q "$WORK/lun" -o "$WORK/other"
other gzip "gzip -d" sh -c "head -c 4096 '$WORK/lun' | gzip >'$WORK/other'"
other "no file" "No such file" true

"$RELVM" --version >/dev/full 2>/dev/null
check "a version that nobody gets is a failure" test $? -eq 1
mkfifo "$WORK/fifo"
timeout -s INT 2 "$RELVM" resign --yes --luns "$WORK/fifo" >/dev/null 2>&1
check "^C ends it while it reads" test $? -eq 124
TERM=dumb script -qec "$RELVM inspect $WORK/lun" /dev/null >"$OUT"
check "a dumb terminal gets no colours" test "$(grep -c $'\e' "$OUT")" = 0
TERM=xterm script -qec "$RELVM inspect $WORK/lun" /dev/null >"$OUT"
check "another one does" test "$(grep -c $'\e' "$OUT")" -gt 0
driver_end
