# SPDX-License-Identifier: LGPL-2.1-only
#
# Running tests and reporting: a line each, "ok NAME" or "FAIL NAME: why", and
# at the end "N passed, N failed".
# shellcheck shell=bash

tests_passed=0
tests_failed=0
# A pattern of names: other tests are left out.
tests_only='*'

# run_test NAME FUNCTION [ARG]...: FUNCTION runs in a shell of its own with
# errexit; the first command that fails, or "fail WHY", ends it. It must leave
# the host as it found it, which is checked each time.
run_test() {
	local name=$1 log before status reason start
	shift
	# shellcheck disable=SC2254 # a pattern is meant
	case $name in $tests_only) ;; *) return ;; esac
	log=$(mktemp)
	before=$(mktemp)
	host_state >"$before"
	start=$(now_ms)
	(
		set -eE -o pipefail
		trap 'echo "${BASH_SOURCE[0]##*/}:$LINENO: failed: $BASH_COMMAND" >&2' ERR
		"$@"
	) >"$log" 2>&1
	status=$?
	if [ "$status" = 0 ] && ! state_kept "$before" >>"$log" 2>&1; then
		status=1
		echo "left the host changed" >>"$log"
	fi
	if [ "$status" = 0 ]; then
		echo "ok $name ($(($(now_ms) - start)) ms)"
		sed -n 's/^time: /# &/p' "$log"
		tests_passed=$((tests_passed + 1))
	else
		reason=$(grep -m 1 'failed: \|^fail: ' "$log" || tail -n 1 "$log")
		echo "FAIL $name: ${reason#fail: }"
		sed "s/^/    /" "$log" >&2
		tests_failed=$((tests_failed + 1))
		host_reset
	fi
	rm -f "$log" "$before"
}

# fail WHY: ends a test.
fail() {
	echo "fail: $*"
	trap - ERR
	exit 1
}

# host_reset: after a failed test, so that the next starts on clean ground.
host_reset() {
	{
		pkill -KILL -x steady_io
		vgchange -an
		multipathd_stop
		iscsi_logout_all
		iscsid_stop
		[ -z "$iscsid_stays" ] || iscsid_start
		pkill -KILL -x tgtd
		tgt_stop
		[ ! -e /usr/sbin/iscsiadm.real ] || mv /usr/sbin/iscsiadm.real /usr/sbin/iscsiadm
		tcm_loop_stop
		lio_stop
		rm -rf /run/sr-ref
		portal_down_all
		udevadm settle
		# What a suite has for all of its tests.
		! declare -F fixture || fixture
	} >/dev/null 2>&1
}

# finish: the last line of a test script.
finish() {
	echo "$tests_passed passed, $tests_failed failed"
	# No test at all is no success.
	[ "$tests_failed" = 0 ] && [ "$tests_passed" -gt 0 ]
	exit
}
