#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# test_hostile.sh BUILD PLAIN: requests that are made to break whoever reads them:
# each is answered with 143, exit 0 and nothing on stderr, by the sanitized
# program, and by the PLAIN build's in an address space of 64 MiB, all libraries
# included. How long they take `make bench` tells.

# shellcheck disable=SC2317 # functions that `check` calls
set -u
# shellcheck source=tests/driver/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/support/hostile.sh
. "$(dirname "$0")/../support/hostile.sh"

driver_begin "$1"
plain=$(realpath "$2")/RELVMoISCSISR

answers()
{
	answered >/dev/null || { answered | head -c 300; return 1; }
	[[ $ANSWER == "fault $1 "* && $ANSWER != *root:* &&
		${#ANSWER} -lt 1000 ]] || { head -c 300 <<<"$ANSWER"; return 1; }
}

both_answer()
{
	[[ ${#3} -le $HOSTILE_MAX ]] || {
		echo "$1: ${#3} bytes"
		return 1
	}
	PROGRAM=$sanitized
	call_raw "$3"
	answers "$2" || return
	PROGRAM=$WORK/small
	call_raw "$3"
	answers "$2" || { echo "in 64 MiB"; return 1; }
}

try()
{
	check "$1: $2" both_answer "$@"
}

# A program that needs more than there is must fail, or this proves nothing.
limit_holds()
{
	! (ulimit -v 65536 && head -c 60000000 /dev/zero | tr '\0' x |
		sort >/dev/null) 2>/dev/null
}

sanitized=$PROGRAM
cat >"$WORK/small" <<-END
	#!/bin/bash
	ulimit -v 65536
	exec -a RELVMoISCSISR "$plain" "\$@"
END
chmod +x "$WORK/small"
check "64 MiB are a limit" limit_holds
hostile_each try
driver_end
