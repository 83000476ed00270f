#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# tests/run.sh LOG_DIR SUITE...: runs test suites, two at a time (JOBS), and adds
# them up.
#
# A suite is a command line. It prints one line a test, "ok NAME", or "not ok
# NAME" (TAP, which cmocka writes too) or "FAIL NAME", and exits non-zero if one
# failed. A suite that dies, or that ran no test, counts as a failed test. The
# last line is "N passed, N failed".
set -u
logs=${1:?usage: run.sh LOG_DIR SUITE...}
shift
rm -rf "$logs"
mkdir -p "$logs"
jobs=${JOBS:-2}
started=$SECONDS

# run_suite NUMBER COMMAND: leaves NUMBER.log, NUMBER.sum (passed, failed).
run_suite() {
	local log=$logs/$1.log name good bad status since=$SECONDS

	name=${2%% *}
	name=${name##*tests/}
	name=${name%.sh}
	# Words of a suite are split here on purpose; none holds a space.
	# shellcheck disable=SC2086
	CMOCKA_MESSAGE_OUTPUT=TAP $2 >"$log" 2>&1 </dev/null
	status=$?
	good=$(grep -c '^ok ' "$log")
	bad=$(grep -cE '^(not ok|FAIL) ' "$log")
	if [ "$bad" -eq 0 ] && { [ $status -ne 0 ] || [ "$good" -eq 0 ]; }; then
		bad=1
		echo "not ok $name: exit $status after $good tests" >>"$log"
	fi
	echo "$good $bad" >"$logs/$1.sum"
	{
		printf '%-24s %4d passed, %d failed  (%d s)\n' "$name" "$good" \
			"$bad" $((SECONDS - since))
		if [ "$bad" -ne 0 ]; then
			grep -EA 12 '^(not ok|FAIL) ' "$log" | head -n 60 |
				sed 's/^/    /'
			echo "    all of it: $log ($2)"
		fi
	} >"$logs/$1.out"
	# In one piece, whatever else is running.
	cat "$logs/$1.out"
}

number=100
for suite in "$@"; do
	while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do
		wait -n
	done
	number=$((number + 1))
	run_suite $number "$suite" &
done
wait

cat "$logs"/*.sum | awk -v suites=$# -v seconds=$((SECONDS - started)) '
	{ passed += $1; failed += $2 }
	END {
		# A suite that left no sum at all was killed with its shell.
		failed += suites - NR
		printf "%d suites in %d s\n", suites, seconds
		printf "%d passed, %d failed\n", passed, failed
		exit failed != 0
	}'
