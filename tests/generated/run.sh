#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# run.sh RESIGN_FILE AUDIT GEN MUTATE [FIRST [COUNT]]: COUNT random SRs (500) from
# seed FIRST (1) on, each resigned, judged by the real lvm2 and an independent
# reader, resigned again and judged again; every tenth must be refused and left
# as it is. Needs root, for loop devices. A failing seed is printed with the
# command that runs it alone. Status 1 if one failed.
#
# JOBS: how many at once (twice the processors: lvm mostly waits).
# VERBOSE=1: a line for every seed.

set -u
here=$(cd "$(dirname "$0")" && pwd)
RERUN="$0 $1 $2 $3 $4"
RESIGN_FILE=$(realpath "$1")
AUDIT=$(realpath "$2")
GEN=$(realpath "$3")
MUTATE=$(realpath "$4")
export RESIGN_FILE AUDIT GEN MUTATE RERUN POOL
first=${5:-1}
count=${6:-500}
jobs=${JOBS:-$(($(nproc) * 2))}
# shellcheck source=tests/support/checks.sh
. "$here/../support/checks.sh"

# In memory where there is room: every resign flushes its LUN many times.
memory=$(df --output=avail -m /dev/shm 2>/dev/null | tail -n 1)
if [[ -z ${TMPDIR-} ]] && ((${memory:-0} > 2000)); then
	export TMPDIR=/dev/shm
fi
work=$(mktemp -d)
pids=()
clean_up()
{
	((${#pids[@]} == 0)) || kill "${pids[@]}" 2>/dev/null
	wait
	rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Images that we have not written ourselves.
POOL=$work/pool
mkdir "$POOL" && "$here/pool.sh" "$POOL" || exit

for ((i = 0; i < jobs; i++)); do
	mkdir "$work/$i"
	bash "$here/seeds.sh" "$work/$i" $((first + i)) "$jobs" \
		$((first + count - 1)) >"$work/$i.out" 2>&1 &
	pids+=($!)
done
for pid in "${pids[@]}"; do
	wait "$pid" ||
		echo "FAIL a part of the tests ended early" >>"$work/ends.out"
done
pids=()
if [[ -n ${VERBOSE-} ]]; then
	cat "$work"/*.out
else
	grep -hv '^ok ' "$work"/*.out
fi
checks_sum "$work"/*.out
