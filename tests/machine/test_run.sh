#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# test_run.sh: tests/run.sh itself. A suite that does not end is one failed test,
# with its name, and leaves no process; what the others found is kept.
# shellcheck disable=SC2317 # functions that `check` calls
# shellcheck source=tests/machine/lib.sh
. "$(dirname "$0")/lib.sh"
machine_begin
mkdir "$WORK/tests"

# suite NAME: a program of its own from standard input
suite()
{
	{ echo '#!/bin/bash'; cat; } >"$WORK/tests/$1"
	chmod +x "$WORK/tests/$1"
}

suite good <<<'echo "ok one"; echo "ok two"'
suite bad <<<'echo "ok one"; echo "not ok two"; exit 1'
suite silent </dev/null
suite dies <<<'echo "ok one"; kill -SEGV $$'
suite full <<<'echo "not ok it writes: x: No space left on device"; exit 1'
# The processes are told apart by how long they sleep. One leaves its session,
# and hears of no signal to the suite's.
suite hangs <<'EOF2'
echo "ok before it"
setsid sleep 987654 &
trap '' TERM
(trap "" TERM; sleep 987655) &
sleep 987656
sleep 987657
EOF2
suite cleans <<'EOF2'
trap 'echo "cleaned up"; exit 1' TERM
echo "ok before it"
sleep 987658
EOF2

# What it says of suites, with a limit of so many seconds
runs()
{
	local limit=$1

	shift
	SUITE_SECONDS=$limit "$TREE/tests/run.sh" "$WORK/logs" "${@/#/$WORK/tests/}"
}

gone()
{
	! pgrep -af 'sleep 98765[4-8]$'
}

check "sums are added up" says '^2 passed, 0 failed$' runs 60 good
check "failures count" fails '^3 passed, 1 failed$' runs 60 good bad
check "a suite without a test is a failed one" fails '^2 passed, 1 failed$' runs 60 good silent
check "one that dies is a failed one" fails 'not ok dies: exit 139 after 1 tests' runs 60 dies
check "a full disk is told as such" fails 'no space left on device, by its log' runs 60 full

said=$(runs 2 hangs good cleans bad 2>&1)
check "a suite that hangs is a failed test" said_it '^hangs +1 passed, 1 failed' "$said"
check "it is named, with its limit" said_it 'not ok hangs: not at its end after 2 s' "$said"
check "the others' results are kept" said_it '^5 passed, 3 failed$' "$said"
check "a suite may clean up" grep -qx "cleaned up" "$WORK/logs/103.log"
check "nothing that they started is left" gone

# Interrupted, with a suite under way.
SUITE_SECONDS=60 "$TREE/tests/run.sh" "$WORK/logs" "$WORK/tests/cleans" >/dev/null 2>&1 &
for ((i = 0; i < 500; i++)); do
	pgrep -f 'sleep 987658$' >/dev/null && break
	sleep 0.02
done
check "it runs" pgrep -f 'sleep 987658$'
kill -TERM $!
wait $!
check "a run that is interrupted lets its suites clean up" \
	grep -qx "cleaned up" "$WORK/logs/101.log"
check "nor is anything left then" gone
machine_end
