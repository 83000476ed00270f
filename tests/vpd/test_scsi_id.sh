#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# test_scsi_id.sh VPD_NAMES: for LUNs in the manner of many arrays (arrays.py) we
# say what the real scsi_id of this system prints when it is fed with the same
# pages; and for the one before systemd 243, what a model of its rules says,
# whose other half the real one has just confirmed.
set -u
here=$(cd "$(dirname "$0")" && pwd)
vpd_names=$(realpath "${1:?usage: test_scsi_id.sh VPD_NAMES}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
differ=0
named=0

scsi_id=
for path in /usr/lib/udev/scsi_id /lib/udev/scsi_id; do
	[[ ! -x $path ]] || scsi_id=$path
done
[[ -n $scsi_id ]] || { echo "no scsi_id: install udev" >&2; exit 1; }
${CC:-cc} -shared -fPIC -o "$work/sg_io.so" "$here/sg_io.c" -ldl || exit
mkdir "$work/luns"
python3 "$here/arrays.py" "$work/luns" || exit
touch "$work/disk"

is() # NAME WANT GOT
{
	if [[ $2 == "$3" ]]; then
		echo "ok $1"
	else
		echo "not ok $1"
		echo "    '$2' wanted, '$3' found"
		failed=1
	fi
}

# As SM takes it: without blanks around, one _ for those within.
real()
{
	PAGES=$1 LD_PRELOAD=$work/sg_io.so "$scsi_id" -g --whitelisted \
		--device="$work/disk" |
		sed -E 's/^[[:space:]]+//; s/[[:space:]]+$//; s/[[:space:]]+/_/g'
}

for folder in "$work"/luns/*; do
	array=${folder##*/}
	mapfile -t model <"$folder/model"
	mapfile -t ours < <("$vpd_names" "$folder")
	said=$(real "$folder")
	is "$array: the model is right" "$said" "${model[0]}"
	is "$array: $said" "$said" "${ours[0]}"
	is "$array, before 243: ${ours[1]}" "${model[1]}" "${ours[1]}"
	for name in "$said" "${model[1]}"; do
		[[ ${#name} -gt 1 ]] || continue
		printf '%s\n' "${ours[@]:2}" | grep -q -x -F -e "$name"
		is "$array: $name is among all names" 0 $?
	done
	[[ -z $said ]] || ((++named))
	[[ ${model[0]} == "${model[1]}" ]] || ((++differ))
done
is "arrays of which scsi_id says something: $named" 1 $((named >= 31))
is "some of which old and new name differently" 1 $((differ >= 3))
exit $failed
