#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# test_memory.sh BUILD PLAIN: the PLAIN build's program without memory. A resign is
# cut by each of many allocations that fail, says so, and the next run completes
# it; what xapi calls gives its one answer.

# shellcheck disable=SC2317 # functions that `check` calls
set -u
# shellcheck source=tests/driver/lib.sh
. "$(dirname "$0")/../driver/lib.sh"

driver_begin "$1"
# shellcheck source=tests/relvm/lib.sh
. "$(dirname "$0")/lib.sh"
relvm_here=$(dirname "$(realpath "$0")")
plain=$(realpath "$2")
RELVM=$plain/relvm
library=$WORK/no_memory.so
made=$WORK/made

${CC:-cc} -shared -fPIC -o "$library" "$relvm_here/no_memory.c" ||
	exit
golden cbt "$WORK/original"

# With allocation N failing. What fails in a library of the system may have other
# words, or be of no account; whatever it is, there is no success that is none.
cut()
{
	local status=0

	rm -f "$made"
	LD_PRELOAD=$library NO_MEMORY_AT=$1 NO_MEMORY_MADE=$made \
		RELVMOISCSI_CONF=$CONF "$RELVM" resign --yes "$WORK/clone" \
		>"$OUT" 2>"$ERR" </dev/null || status=$?
	[[ -e $made ]] || return 2
	if grep -q 'out of memory' "$ERR"; then
		((++died))
		[[ $status -eq 1 || $status -eq 5 ]]
	else
		((++other))
		[[ $status -eq 0 || -s $ERR || $status -eq 127 ]]
	fi || {
		echo "allocation $1: exit $status"
		head -c 4000 "$OUT" "$ERR"
		return 1
	}
}

completed()
{
	relvm resign --yes "$WORK/clone"
	status 0 || return
	relvm verify "$WORK/clone" "$WORK/original"
	status 0
}

all_cuts()
{
	local n rc

	for ((n = 1; n < 1000000; n += n < 20 ? 1 : 61)); do
		clone "$WORK/original" "$WORK/clone"
		cut "$n"
		rc=$?
		[[ $rc -ne 2 ]] || break
		[[ $rc -eq 0 ]] || return
		completed || { echo "after allocation $n"; return 1; }
	done
	echo "of $n allocations: $died runs died, $other did not"
	[[ $died -gt 20 && $died -gt $other ]]
}

# The backend and the plugin: the one answer, exit 0, nothing on stderr.
answer()
{
	local program=$1 want=$2 n=0 said=0 status

	for ((n = 1; n < 1000000; n += 3)); do
		rm -f "$made"
		status=0
		LD_PRELOAD=$library NO_MEMORY_AT=$n NO_MEMORY_MADE=$made \
			RELVMOISCSI_CONF=$CONF "$plain/$program" "$call" \
			>"$OUT" 2>"$ERR" </dev/null || status=$?
		[[ -e $made ]] || break
		[[ $status -eq 0 && ! -s $ERR ]] || {
			echo "allocation $n: exit $status"
			head -c 4000 "$ERR"
			return 1
		}
		"$TOOLS/xapi_answer" "$OUT" >"$WORK/said" 2>&1 ||
			{ cat "$WORK/said"; return 1; }
		! grep -q 'out of memory' "$OUT" || {
			((++said))
			grep -q "$want" "$OUT" || { cat "$OUT"; return 1; }
		}
	done
	[[ $said -gt 3 ]] || { echo "$said answers in $n allocations"; return 1; }
}

died=0 other=0
check "a resign cut by want of memory is completed by the next run" all_cuts
call='<?xml version="1.0"?><methodCall><methodName>sr_get_driver_info</methodName><params><param><value><struct><member><name>session_ref</name><value>OpaqueRef:1</value></member></struct></value></param></params></methodCall>'
check "the backend answers with a fault" answer RELVMoISCSISR '<int>202</int>'
call='<?xml version="1.0"?><methodCall><methodName>version</methodName><params><param><value><string>OpaqueRef:1</string></value></param><param><value><struct></struct></value></param></params></methodCall>'
check "the plugin answers with a failure" answer relvmoiscsi \
	'SR_BACKEND_FAILURE_202'
driver_end
