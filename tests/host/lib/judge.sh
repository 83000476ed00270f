# SPDX-License-Identifier: LGPL-2.1-only
#
# The judges of results that the program does not know: the real lvm2 on loop
# devices, all clones beside their original, and tests/support/audit.
# shellcheck shell=bash disable=SC2154 # $build: guest.sh

# shellcheck source=../../support/lvm.sh
. "$host_tree/tests/support/lvm.sh"

judged=()

# judge_later NAME IMAGE SR...: a copy of IMAGE must be a resign of its original
# to one of these SRs.
judge_later() {
	mkdir -p /tmp/judge
	cp --sparse=always "$2" "/tmp/judge/$1.img"
	printf '%s\n' "${@:3}" >"/tmp/judge/$1.srs"
	judged+=("$1")
}

# judge ORIGINAL: of all since the last time. Prints what is wrong.
judge() {
	local name vg sr wrong=0

	mkdir /tmp/judge/lvm
	lvm_begin /tmp/judge/lvm
	lvm_attach original "$1"
	for name in "${judged[@]}"; do
		lvm_attach "$name" "/tmp/judge/$name.img"
	done
	lvm_run vgck || wrong=1
	lvm_report >/tmp/judge/report || wrong=1
	for name in "${judged[@]}"; do
		vg=$(grep "^PV|$name|" /tmp/judge/report | cut -d'|' -f10)
		sr=${vg#VG_XenStorage-}
		if ! grep -qxF -e "$sr" "/tmp/judge/$name.srs" ||
			! "$build/tests/audit" "$sr" /tmp/judge/report original "$1" \
				"$name" "/tmp/judge/$name.img" >/tmp/judge/said 2>&1; then
			echo "$name: VG $vg; wanted was one of:"
			cat "/tmp/judge/$name.srs" /tmp/judge/said
			wrong=1
		fi
	done
	lvm_end
	judged=()
	rm -rf /tmp/judge
	return $wrong
}
