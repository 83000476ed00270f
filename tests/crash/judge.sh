#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# judge.sh CRASH AUDIT IMAGE SAMPLES [MOST]: what crash trials ended in, judged
# by the real lvm2 and by the independent audit. SAMPLES is a directory that
# `crash -o` filled for IMAGE; at most MOST of them are taken. One line a sample,
# as tests/run.sh wants. Needs root, for loop devices.

set -u
here=$(cd "$(dirname "$0")" && pwd)
crash=$(realpath "$1")
export AUDIT
AUDIT=$(realpath "$2")
image=$(realpath "$3")
samples=$(realpath "$4")
most=${5:-1000000} # how many at most
# shellcheck source=tests/support/lvm.sh
. "$here/../support/lvm.sh"
# shellcheck source=tests/support/checks.sh
. "$here/../support/checks.sh"

WORK=$(mktemp -d)
trap 'lvm_end; rm -rf "$WORK"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
lvm_begin "$WORK"
copy "$image" "$WORK/from"
copy "$image" "$WORK/to"

# Puts back what a sample has changed, so that no image is copied for each.
undo()
{
	local file number

	for file in from to; do
		[[ -e $WORK/$file.changed ]] || continue
		while read -r number; do
			dd if="$image" of="$WORK/$file" bs=512 count=1 \
				skip="$number" seek="$number" conv=notrunc \
				status=none
		done <"$WORK/$file.changed"
	done
}

put()
{
	"$crash" apply "$WORK/$1" "$2" &&
		od -An -v -tu8 -w520 -N $(($(stat -c %s "$2"))) "$2" |
		awk '{ print $1 }' >"$WORK/$1.changed"
}

judged()
{
	local sample=$1 sr=$2 block=$3 snapshots=$4 status=0

	put from "$sample.from" && put to "$sample.to" || return
	lvm_attach from "$WORK/from" "$block" &&
		lvm_attach to "$WORK/to" "$block" &&
		lvm_run vgck &&
		lvm_report >"$WORK/report" &&
		audited "$sr" "$WORK/from" "$WORK/to" "${snapshots#keep}" || status=$?
	lvm_end
	undo
	return "$status"
}

status=0
mapfile -t all < <(find "$samples" -name '*.sr' | sort -V)
# Evenly from all of them: they come from the plain image first.
step=$(((${#all[@]} + most - 1) / most))
for ((i = 0; i < ${#all[@]}; i += step)); do
	sample=${all[i]}
	read -r sr block snapshots where <"$sample"
	if said=$(judged "${sample%.sr}" "$sr" "$block" "$snapshots" 2>&1); then
		echo "ok lvm2 and audit: $where"
	else
		echo "not ok lvm2 and audit: $where"
		echo "# ${said//$'\n'/ }"
		status=1
	fi
done
exit "$status"
