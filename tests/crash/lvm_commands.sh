#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# lvm_commands.sh CRASH RESIGN_FILE AUDIT IMAGE [full]: a resign of IMAGE is cut short
# at each point, then somebody works on the LUN with the real lvm2, then it is
# resigned again. That must end in a whole resign of what LVM left, or in a
# refusal that changes nothing; and LVM's own commands must go on working. Needs
# root, for loop devices. One line a case, as tests/run.sh wants.

# shellcheck disable=SC2317 # functions that are called by name
set -u
here=$(cd "$(dirname "$0")" && pwd)
crash=$(realpath "$1")
RESIGN_FILE=$(realpath "$2")
export AUDIT
AUDIT=$(realpath "$3")
image=$(realpath "$4")
# shellcheck source=tests/support/lvm.sh
. "$here/../support/lvm.sh"
# shellcheck source=tests/support/checks.sh
. "$here/../support/checks.sh"

WORK=$(mktemp -d)
trap 'lvm_end; rm -rf "$WORK"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
lvm_begin "$WORK"
lun=$WORK/lun
before=$WORK/before

vg()
{
	lvm_run vgs --noheadings -o vg_name | tr -d ' '
}

# --- what somebody does --------------------------------------------------------

lvcreate()
{
	LVM_EXPECTED=" not zeroed\.$" lvm_run lvcreate -qq -an \
		--wipesignatures n -Zn -l 1 -n "LV-$(new_uuid)" "$(vg)"
}

lvremove()
{
	lvm_run lvremove -qq -f "$(vg)/$(lvm_run lvs --noheadings -o lv_name \
		--sort -lv_name | awk '/LV-|VHD-/ { print $1; exit }')"
}

# There and back, so that MGT names the right SR again.
vgrename()
{
	local name other

	name=$(vg)
	other=VG_XenStorage-$(new_uuid)
	lvm_run vgrename -qq "$name" "$other" &&
		lvm_run vgrename -qq "$other" "$name"
}

vgchange()
{
	lvm_run vgchange -qq --addtag x "$(vg)" &&
		lvm_run vgchange -qq --deltag x "$(vg)"
}

# As often as it takes for the text to go round the whole ring.
many()
{
	local i

	for ((i = 0; i < 16; i++)); do
		vgchange || return
	done
}

# --- what must come of it ------------------------------------------------------

works()
{
	lvm_run vgck && lvcreate && lvm_run vgck
}

# The LUN as LVM left it against what the resign makes of it.
resigned_whole()
{
	local sr=$1

	lvm_attach before "$before" && lvm_attach lun "$lun" &&
		lvm_run vgck && lvm_report >"$WORK/report" &&
		audited "$sr" "$before" "$lun" && works_on lun
}

works_on()
{
	lvm_detach before
	works
}

# one POINT ACTION: any of the two ends, with its words.
one()
{
	local point=$1 action=$2 sr said status=0

	sr=$(new_uuid)
	copy "$start" "$lun"
	"$crash" stop "$lun" "$(new_uuid)" 512 "$point" || return
	lvm_attach lun "$lun" || return
	if ! said=$("$action" 2>&1); then
		lvm_end
		echo "LVM cannot work with it: $said"
		return 1
	fi
	lvm_end
	copy "$lun" "$before"
	said=$("$RESIGN_FILE" "$lun" "$sr" 2>&1) || status=$?
	if ((status == 0)); then
		said=$(resigned_whole "$sr" 2>&1) || status=$?
		lvm_end
		echo "resigned: $said"
		return "$status"
	fi
	cmp -s "$lun" "$before" || { echo "refused, but changed: $said"; return 1; }
	lvm_attach lun "$lun" && works || return
	lvm_end
	echo "refused: $said"
	[[ $status -eq 1 && -n $said ]]
}

# Before the commit and after the switch nothing is in the way of a resign.
must_resign()
{
	[[ $1 == prepared || $1 == switched || $1 == wiped ]]
}

status=0
for variant in plain small-ring; do
	start=$WORK/start
	copy "$image" "$start"
	"$crash" variant "$start" "$variant" || exit
	case $variant-${5-quick} in
	plain-quick) actions=(lvcreate vgrename) ;;
	plain-*) actions=(lvcreate lvremove vgchange vgrename) ;;
	*-quick) actions=(many) ;;
	*) actions=(lvcreate many) ;;
	esac
	for point in prepared committed half applied switched wiped; do
		for action in "${actions[@]}"; do
			name="$variant, $point, then $action"
			if said=$(one "$point" "$action" 2>&1) &&
				{ ! must_resign "$point" ||
					[[ $said == resigned* ]]; }; then
				echo "ok $name: ${said//$'\n'/ }"
			else
				echo "not ok $name: ${said//$'\n'/ }"
				status=1
			fi
			lvm_end
		done
	done
done
exit "$status"
