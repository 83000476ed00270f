#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# tests/run.sh LOG_DIR SUITE...: runs test suites and adds them up.
#
# A suite is a command line. It prints one line a test, "ok NAME", or "not ok
# NAME" (TAP, which cmocka writes too) or "FAIL NAME", and exits non-zero if one
# failed.
# A suite that dies, or that ran no test, counts as a failed test. The last line
# is "N passed, N failed".
set -u
logs=${1:?usage: run.sh LOG_DIR SUITE...}
shift
mkdir -p "$logs"
passed=0
failed=0

for suite in "$@"; do
	name=$(basename "${suite%% *}" .sh)
	log=$logs/$(printf '%s' "$suite" | tr -c 'A-Za-z0-9.-' '_').log
	started=$SECONDS
	# Words of a suite are split here on purpose; none holds a space.
	# shellcheck disable=SC2086
	CMOCKA_MESSAGE_OUTPUT=TAP $suite >"$log" 2>&1
	status=$?
	good=$(grep -c '^ok ' "$log")
	bad=$(grep -cE '^(not ok|FAIL) ' "$log")
	if [ "$bad" -eq 0 ] && { [ $status -ne 0 ] || [ "$good" -eq 0 ]; }; then
		bad=1
		echo "not ok $name: exit $status after $good tests" >>"$log"
	fi
	passed=$((passed + good))
	failed=$((failed + bad))
	printf '%-28s %4d passed, %d failed  (%d s)\n' "$name" "$good" "$bad" \
		$((SECONDS - started))
	if [ "$bad" -ne 0 ]; then
		grep -EA 12 '^(not ok|FAIL) ' "$log" | head -n 60 | sed 's/^/    /'
		echo "    all of it: $log"
	fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
