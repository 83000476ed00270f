#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# test_kill.sh BUILD AUDIT [KILLS]: the program is killed, stopped and met by a
# second run at random moments of a resign over iSCSI (tgt), KILLS times
# (200). Whatever was cut short must be finished by the next run with one
# consistent set of identifiers, judged by lvm2 and an independent reader, and
# nothing may be left behind. Needs root. Prints ok/not ok lines.

set -u
kills=${3:-200}
# shellcheck source=tests/iscsi/runs.sh
. "$(dirname "$0")/runs.sh"
runs_begin "$@"

# How long a resign takes, from its lock on.
measure() {
	local i said
	local -a lives=()

	for ((i = 0; i < 5; i++)); do
		fresh
		start m "$(xapi_uuid)" 0 0
		said=$(answer m)
		lives+=("$(lived m)")
	done
	whole=$(printf '%s\n' "${lives[@]}" | sort -n | sed -n 3p)
	[ "$said" = "$done_text" ]
	result "a resign" $? "$said, $whole us"
	[ $failures = 0 ]
}

moment() {
	random_below "$whole"
}

test_kills() {
	local i first second end state bad=0 said=
	local -A states=()

	for ((i = 0; i < kills; i++)); do
		fresh
		first=$(xapi_uuid)
		second=$(xapi_uuid)
		start "k$i" "$first" "$(moment)" 9
		read -r end _ < <(tail -n 1 "$work/k$i.end")
		state=$(left_over)
		[ "$end" = signal ] || state=finished
		states[$state]=$((${states[$state]-0} + 1))
		start "k$i" "$second" 0 0
		end=$(answer "k$i")
		if [ "$end" != "$done_text" ]; then
			said+="kill $i ($state), then: $end"$'\n'
			bad=$((bad + 1))
			[ -n "${KEEP-}" ] && cp --sparse=always "$lun" "$KEEP/$i.img"
		elif ! end=$(nothing_left); then
			said+="kill $i ($state): $end $(left_over)"$'\n'
			bad=$((bad + 1))
		else
			keep "k$i" "$first" "$second"
		fi
		if [ ${#kept[@]} -ge $batch ] || [ $i = $((kills - 1)) ]; then
			end=$(judge) || {
				said+=$end$'\n'
				bad=$((bad + $(grep -c wanted <<<"$end")))
			}
			kept=()
		fi
		rm -f "$work/k$i."*
	done
	state=$(for state in "${!states[@]}"; do
		printf '%s %d, ' "$state" "${states[$state]}"
	done)
	[ -z "$said" ]
	result "killed at $kills random moments, then run again: $((kills - \
		bad)) finish with one set of ids" $? "${said:-left: ${state%, }}"
}

# A signal that asks.
test_signals() {
	local i sr end bad='' signal done=0 stopped=0

	for ((i = 0; i < kills / 4; i++)); do
		fresh
		sr=$(xapi_uuid)
		signal=$((i % 3 == 0 ? 2 : i % 3 == 1 ? 15 : 1))
		start s "$sr" "$(moment)" $signal
		end=$(answer s)
		case $end in
		"$done_text")
			done=$((done + 1))
			keep "s$i" "$sr"
			;;
		"fault 201 "*"signal"*)
			stopped=$((stopped + 1))
			unchanged >"$work/said" 2>&1 ||
				bad+="$end, but $(cat "$work/said")"$'\n'
			;;
		*)
			bad+="signal $signal: $end"$'\n'
			;;
		esac
		end=$(nothing_left) || bad+="left after $signal: $end"$'\n'
		[ ${#kept[@]} -lt $batch ] || {
			end=$(judge) || bad+=$end$'\n'
			kept=()
		}
	done
	end=$(judge) || bad+=$end$'\n'
	kept=()
	[ -z "$bad" ] && [ $stopped -gt 0 ] && [ $done -gt 0 ]
	result "asked to stop at $((kills / 4)) random moments: finished or \
unchanged" $? "${bad}finished $done, unchanged $stopped"
}

# wait_for_lock: the first run is inside.
wait_for_lock() {
	local i

	for ((i = 0; i < 2000; i++)); do
		[ -e "$locks/$id" ] && return
		sleep 0.001
	done
	return 1
}

test_same_host() {
	local i first second job pid said try

	# The first must be caught inside, which may take more than one try.
	for ((try = 0; try < 20; try++)); do
		fresh
		first=$(xapi_uuid)
		start a "$first" 0 0 &
		job=$!
		wait_for_lock
		read -r _ pid <"$work/a.end"
		kill -STOP "$pid" 2>/dev/null &&
			grep -q "POSIX .* WRITE $pid " /proc/locks && break
		kill -CONT "$pid" 2>/dev/null
		wait $job
	done
	start b "$(xapi_uuid)" 0 0
	kill -CONT "$pid"
	wait $job
	said=$(answer b)
	[[ $said == "fault 37 "*"$id"*"process $pid;"* ]]
	result "a second resign on this host is refused" $? "$said"
	said=$(answer a)
	[ "$said" = "$done_text" ]
	result "and the first is not disturbed" $? "$said"
	said=$(nothing_left && keep a "$first" && judge)
	result "with one set of ids" $? "$said"
	kept=()
}

measure || exit 1
test_same_host
test_kills
test_signals
[ $failures = 0 ]
