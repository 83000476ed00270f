# SPDX-License-Identifier: LGPL-2.1-only
#
# What the storage manager does with sessions, as far as others on the host meet
# it. Source: xapi-project/sm, core/util.py (_incr_iscsiSR_refcount and its
# counterpart) and BaseISCSI.py (attach, detach).
# shellcheck shell=bash

sm_sr=5c0a3f3e-3b3a-4f0c-9a55-0d6c7c6f1e11

# sm_count IQN: adds its line.
sm_count() {
	mkdir -p /run/sr-ref
	echo "$sm_sr" >>"/run/sr-ref/$1"
}

# sm_uncount IQN: takes its line out, and prints how many are left.
sm_uncount() {
	local file=/run/sr-ref/$1 left

	[ -e "$file" ] || { echo 0; return; }
	left=$(grep -E '^[0-9a-f]{8}-(([0-9a-f]{4})-){3}[0-9a-f]{12}' "$file" |
		grep -v "$sm_sr" | sed 's/[[:space:]]*$//') || :
	if [ -z "$left" ]; then
		rm "$file"
		echo 0
	else
		echo "$left" >"$file"
		wc -l <"$file"
	fi
}

# sm_detach IQN: logs out if nobody else is counted.
sm_detach() {
	[ "$(sm_uncount "$1")" != 0 ] || iscsiadm -m node -T "$1" -u >/dev/null
}
