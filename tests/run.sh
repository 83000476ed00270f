#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# tests/run.sh LOG_DIR SUITE...: runs test suites, as many at a time as there are
# processors, 8 at most (JOBS), and adds them up.
#
# A suite is a command line. It prints one line a test, "ok NAME", or "not ok
# NAME" (TAP, which cmocka writes too) or "FAIL NAME", and exits non-zero if one
# failed. "ok NAME # SKIP WHY" is shown with its reason. A suite that dies, or
# that ran no test, counts as a failed test. So does one that takes longer than
# SUITE_SECONDS (1200): it is told to end, which lets it clean up, and killed if
# it does not. A line a suite tells how long it took, and what of the processors.
# What failed is named again at the end. The last line is "N passed, N failed".
#
# As root each suite has process ids and a /run/lock of its own: whatever it has
# started ends with it, and no suite meets a lock of another's.
set -u
logs=${1:?usage: run.sh LOG_DIR SUITE...}
shift
rm -rf "$logs"
mkdir -p "$logs" || exit
jobs=${JOBS:-$(($(nproc) < 8 ? $(nproc) : 8))}
limit=${SUITE_SECONDS:-1200}
grace=$((limit < 20 ? limit : 20))
started=$SECONDS

# Not the suite itself: the first process of a namespace cannot abort. Words of
# a suite are split on purpose; none holds a space.
# shellcheck disable=SC2016 # expanded by the inner shell
alone='[ ! -d /run/lock ] || mount -t tmpfs none /run/lock || exit; $0; exit $?'
own=(unshare --pid --kill-child --mount-proc -- sh -c)
if ! "${own[@]}" true 2>/dev/null; then
	own=(sh -c)
	alone=${alone##*|| exit; }
fi

# run_suite NUMBER COMMAND: leaves NUMBER.log, NUMBER.sum (passed, failed, CPU).
run_suite() {
	local log=$logs/$1.log name good bad cpu status why since=$SECONDS

	name=${2%% *}
	name=${name##*tests/}
	name=${name%.sh}
	CMOCKA_MESSAGE_OUTPUT=TAP timeout -k "$grace" "$limit" "${own[@]}" "$alone" "$2" \
		>"$log" 2>&1 </dev/null &
	# shellcheck disable=SC2064 # this suite's
	trap "kill $!; wait; exit 1" TERM
	{ wait $!; } 2>/dev/null
	status=$?
	good=$(grep -c '^ok ' "$log")
	bad=$(grep -cE '^(not ok|FAIL) ' "$log")
	why="exit $status after $good tests"
	# 124 and, where it did not end by itself, 137 are timeout's.
	if [ $((SECONDS - since)) -ge "$limit" ] && [[ $status == 1[23][47] ]]; then
		bad=$((bad + 1))
		echo "not ok $name: not at its end after $limit s, ended with all that it started ($good tests were ok)" >>"$log"
	elif [ "$bad" -eq 0 ] && { [ $status -ne 0 ] || [ "$good" -eq 0 ]; }; then
		bad=1
		echo "not ok $name: $why" >>"$log"
	fi
	times >"$logs/$1.times"
	cpu=$(awk -F '[ms ]+' 'END { print int(60 * ($1 + $3) + $2 + $4 + 0.5) }' "$logs/$1.times")
	echo "$good $bad $cpu" >"$logs/$1.sum"
	{
		printf '%-24s %4d passed, %d failed  (%d s, %d s of CPU)\n' \
			"$name" "$good" "$bad" $((SECONDS - since)) "$cpu"
		sed -n 's/^ok .* # SKIP /    /p' "$log"
		if [ "$bad" -ne 0 ]; then
			grep -EA 12 '^(not ok|FAIL) ' "$log" | head -n 60 |
				sed 's/^/    /'
			if grep -qi 'no space left on device' "$log"; then
				echo "    no space left on device, by its log. Now:"
				df -h "${TMPDIR:-/tmp}" "$logs" | sed 's/^/        /'
			fi
			echo "    all of it: $log ($2)"
		fi
	} >"$logs/$1.out"
	# In one piece, whatever else is running.
	cat "$logs/$1.out"
}

# shellcheck disable=SC2317 # called by the trap
stop() {
	trap '' TERM
	# shellcheck disable=SC2046 # process ids
	kill $(jobs -rp) 2>/dev/null
	wait
	exit 130
}
trap stop INT TERM

number=100
for suite in "$@"; do
	while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do
		wait -n
	done
	number=$((number + 1))
	run_suite $number "$suite" &
done
wait

# Once more at the end, where it is looked for: what failed.
grep -lE '^[0-9]+ [1-9]' "$logs"/*.sum 2>/dev/null | while read -r sum; do
	head -n 1 "${sum%.sum}.out"
	grep -E '^(not ok|FAIL) ' "${sum%.sum}.log" | head -n 5 | cut -c 1-200 | sed 's/^/    /'
done
# User Mode Linux depends on the processor: which one it was.
machine="$(nproc) of $(sed -n 's/^model name[^:]*: //p;T;q' /proc/cpuinfo), with\
$(grep -q -m 1 amx_tile /proc/cpuinfo || echo out) AMX"
cat "$logs"/*.sum | awk -v suites=$# -v seconds=$((SECONDS - started)) -v machine="$machine" '
	{ passed += $1; failed += $2; cpu += $3 }
	END {
		# A suite that left no sum at all was killed with its shell, or its
		# sum found no room.
		failed += suites - NR
		printf "%d suites in %d s, %d s of CPU; %s\n", suites, seconds, cpu, machine
		printf "%d passed, %d failed\n", passed, failed
		exit failed != 0
	}'
