# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# How the demo shows things. To be sourced, with lvm.sh and report.sh.
#
#   say LINE…           explains, in lines of their own
#   command_line TEXT   what a person would type
#   give_up TEXT        the demo cannot go on
#   lvm_shown COMMAND…  the real lvm2: the command, its output, its warnings
#   vdi_table           VDIs of both LUNs: names, uuids, parents
#   vhd_table           their VHDs, compared by qemu-img and byte by byte

bold=
dim=
plain=
if [[ -t 1 ]]; then
	bold=$'\e[1m'
	dim=$'\e[36m'
	plain=$'\e[0m'
fi

say()
{
	printf '\n'
	printf "$bold%s$plain\n" "$@"
}

command_line()
{
	printf "$dim# %s$plain\n" "$1"
}

give_up()
{
	printf 'demo: %s\n' "$1" >&2
	exit 1
}

# Rows of fields between bars, as columns.
columns()
{
	awk -F'|' '
	{
		for (i = 1; i <= NF; i++) {
			cell[NR, i] = $i
			if (length($i) > width[i])
				width[i] = length($i)
		}
		fields = NF
	}
	END {
		for (row = 1; row <= NR; row++) {
			line = ""
			for (i = 1; i <= fields; i++)
				line = line sprintf("%-" width[i] + 2 "s",
					cell[row, i])
			sub(/ +$/, "", line)
			print line
		}
	}'
}

# Devices go by their short names here. The way it is called makes lvm2 see
# these two only (lvm.sh).
lvm_shown()
{
	command_line "$*"
	(
		[[ $1 == vgck ]] || set -- "$@" --separator '|'
		LVM_SYSTEM_DIR=$LVM_WORLD LVM_SUPPRESS_FD_WARNINGS=1 LC_ALL=C \
			lvm "$1" --driverloaded n "${@:2}" 2>warnings |
			sed -e "s|$LVM_DEVICES/||g" -e 's/^ *//' | columns
		sed -e "/$LVM_NO_DM/d" -e "s|$LVM_DEVICES/||g" \
			-e 's/^ *//' warnings
	)
}

# The MGT volume's records, "uuid name", without those that are deleted. They
# are text in blocks of 1024 bytes, from byte 2048 on (LV names end on uuids).
mgt_names()
{
	extract "$1" "$1" MGT mgt
	tail -c +2049 mgt | tr -d '\0' | sed 's|</vdi>|&\n|g' |
		grep -v '<deleted>1' |
		sed -n 's|.*<name_label>\([^<]*\)<.*<uuid>\([^<]*\)<.*|\2 \1|p'
}

# The parent that a VHD names: UTF-16 at byte 64 of the header at 512; SM
# writes either the LV's name or device-mapper's, with its dashes doubled.
vhd_parent()
{
	dd if="$1" bs=1 skip=576 count=512 status=none | tr -d '\0' |
		sed -e 's/--/-/g' | grep -o 'VHD-.*'
}

vdi_table()
{
	local -a old new
	local i name parent

	mapfile -t old < <(lvs_of original VHD-)
	mapfile -t new < <(lvs_of clone VHD-)
	mgt_names original >names.original
	mgt_names clone >names.clone
	{
		echo "NAME|UUID ON THE ORIGINAL|UUID ON THE CLONE|ITS PARENT"
		for ((i = 0; i < ${#new[@]}; i++)); do
			extract clone clone "${new[i]}" "vhd.$i"
			parent=$(vhd_parent "vhd.$i")
			name=$(sed -n "s/^${new[i]#VHD-} //p" names.clone)
			printf '%s|%s|%s|%s\n' "$name" "${old[i]#VHD-}" \
				"${new[i]#VHD-}" "${parent:4:8}${parent:+…}"
		done
	} | columns
	diff <(cut -d' ' -f2- names.original) <(cut -d' ' -f2- names.clone) ||
		give_up "the names differ"
}

vhd_table()
{
	local -a old new
	local i said differ

	mapfile -t old < <(lvs_of original VHD-)
	mapfile -t new < <(lvs_of clone VHD-)
	command_line "qemu-img compare, cmp: each VHD of the original with the clone's"
	for ((i = 0; i < ${#old[@]}; i++)); do
		extract original original "${old[i]}" a.vhd
		extract clone clone "${new[i]}" b.vhd
		said=$(qemu-img compare -f vpc -F vpc a.vhd b.vhd) ||
			give_up "${new[i]}: $said"
		differ=$(cmp -l a.vhd b.vhd | wc -l)
		printf '%s…  %s %d of its %d bytes differ%s\n' "${new[i]:0:12}" \
			"$said" "$differ" "$(stat -c %s b.vhd)" \
			"$( ((differ == 0)) || echo ": its parent's name")"
	done
}
