#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# test_races.sh BUILD AUDIT [ROUNDS [SECONDS [EVERY]]]: two hosts at one LUN (of a
# target as runs.sh has them).
#
# ROUNDS (30) races: both read the LUN within 2 ms of each other (gate.c). Just
# one of them resigns it, rightly, and the other is told 37.
#
# And a host that is stopped (SIGSTOP) for SECONDS (0) at its writes and flushes,
# EVERY (4) th of them: meanwhile the other is told 37, and when the first goes on
# it ends what it has begun. `test_races.sh BUILD AUDIT 1000 60 1` is the proof in
# full. Needs root. Prints ok/not ok lines.

set -u
rounds=${3:-30}
seconds=${4:-0}
every=${5:-4}
# shellcheck source=tests/iscsi/runs.sh
. "$(dirname "$0")/runs.sh"
runs_begin "$@"
gate_pid=

# through COMMAND...: starts it, and sets $port to the one that it prints.
through() {
	: >"$work/gate"
	"$@" >"$work/gate" &
	gate_pid=$!
	until [ -s "$work/gate" ]; do
		kill -0 "$gate_pid" || exit 1
		sleep 0.002
	done
	port=$(head -n 1 "$work/gate")
}

through_end() {
	kill -KILL "$gate_pid" 2>/dev/null
	wait "$gate_pid" 2>/dev/null
	gate_pid=
	port=$portal
}

# start_on J SR: on host J
start_on() {
	local host=(unshare -m bash "$work/host" "$work/boot$1")

	start "h$1" "$2" 0 0 "iqn.2024-01.test:host$1"
}

# judge_some LAST: of what is kept, if there is enough of it.
judge_some() {
	[ ${#kept[@]} -ge $batch ] || [ "$1" = 1 ] || return 0
	judge || return
	kept=()
}

# race I: one round; what went wrong, if anything, on standard output.
race() {
	local j end winner=
	local -a srs jobs=()

	fresh
	srs=("$(xapi_uuid)" "$(xapi_uuid)")
	through "$build/tests/iscsi/gate" "$portal" 2000
	for j in 0 1; do
		start_on $j "${srs[$j]}" &
		jobs+=($!)
	done
	wait "${jobs[@]}"
	how=$(sed -n 2p "$work/gate")
	through_end
	for j in 0 1; do
		end=$(answer "h$j")
		if [ "$end" = "$done_text" ]; then
			winner+=$j
		elif [[ $end != "fault 37 "* ]]; then
			echo "round $1 ($how): $end"
		fi
	done
	[ ${#winner} = 1 ] || echo "round $1 ($how): resigned by: '$winner'"
	nothing_left || echo "round $1: $(left_over)"
	[ -z "$winner" ] || keep "b$1" "${srs[${winner:0:1}]}"
}

test_races() {
	local i bad='' beside=0

	for ((i = 0; i < rounds; i++)); do
		race $i >"$work/round"
		bad+=$(cat "$work/round")
		[[ $how != *beside ]] || beside=$((beside + 1))
		judge_some $((i == rounds - 1)) >"$work/judged" ||
			bad+=$(cat "$work/judged")
	done
	[ -z "$bad" ] && [ $beside -gt $((rounds * 9 / 10)) ]
	result "$rounds races within 2 ms: one resigns, the other is told 37" \
		$? "${bad}beside each other $beside"
}

# Without reservations the other takes over a claim at once, and after the commit
# completes what was committed once it has waited: then both have resigned it, to
# the same identifiers.
told_true() {
	local end resigned=0 j

	for j in 0 1; do
		end=$(answer "h$j")
		if [ "$end" = "$done_text" ]; then
			resigned=$((resigned + 1))
		elif [[ $end != "fault 37 "* ]]; then
			return 1
		fi
	done
	[ $resigned -ge 1 ]
}

# stop_at N: the first host is stopped at its Nth write or flush. 1: it has none.
stop_at() {
	local first second job pid began took

	fresh
	first=$(xapi_uuid)
	second=$(xapi_uuid)
	rm -f "$work/held"
	through "$build/tests/support/iscsi_proxy" "$portal" "hold:$1:$work/held"
	start_on 0 "$first" &
	job=$!
	until [ -e "$work/held" ]; do
		kill -0 $job 2>/dev/null || break
		sleep 0.002
	done
	if [ ! -e "$work/held" ]; then
		wait $job
		through_end
		return 1
	fi
	read -r _ pid <"$work/h0.end"
	kill -STOP "$pid"
	rm "$work/held"
	port=$portal
	began=$SECONDS
	start_on 1 "$second"
	took=$((SECONDS - began))
	[ $took -le "$longest" ] || longest=$took
	if [ "$target" != lio-no-pr ]; then
		[[ $(answer h1) == "fault 37 "* ]] ||
			echo "write $1: the other: $(answer h1)"
	fi
	sleep "$seconds"
	kill -CONT "$pid"
	wait $job
	through_end
	if [ "$target" = lio-no-pr ]; then
		told_true || echo "write $1: $(answer h0); the other: $(answer h1)"
	else
		[ "$(answer h0)" = "$done_text" ] || echo "write $1: $(answer h0)"
		second=$first
	fi
	nothing_left || echo "write $1: $(left_over)"
	keep "s$1" "$first" "$second"
	return 0
}

test_stopped() {
	local n bad='' longest=0 stopped=0

	for ((n = 1; ; n += every)); do
		stop_at $n >"$work/round" || break
		bad+=$(cat "$work/round")
		stopped=$((stopped + 1))
	done
	judge_some 1 >"$work/judged" || bad+=$(cat "$work/judged")
	[ -z "$bad" ] && [ $stopped -gt 1 ]
	result "stopped for $seconds s at $stopped of its $((n - 1)) writes" $? \
		"${bad}the other answered within $longest s"
}

make_hosts
test_races
test_stopped
[ $failures = 0 ]
