# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# Resigns that are killed. To be sourced after guest.sh and lib/judge.sh, by a suite
# that has
#
#   $program $clone_id $success   what is run, on which LUN, and what it answers
#   call_text                     prints the call of sr_create, for SR $sr
#   note_kill                     is called once a run was killed; may be absent
#   check_rest I                  once the run after it has ended: is the host, and
#                                 is the original, as it was?
#
#   killed_runs TIMES             kills so many runs at random moments (SIGKILL),
#                                 each on a new copy of /tmp/pristine.img, each
#                                 followed by a whole one; judges all results

mkdir -p /tmp/call
kill_batch=20 # results that are judged together

kill_fresh() {
	cp --sparse=always /tmp/pristine.img /tmp/clone.img
}

# run_until MICROSECONDS SIGNAL: one run, which gets the signal so long after it
# has locked the LUN. Sets $sr, $answer, $ended ("exit" or "signal") and $lived.
run_until() {
	local text

	sr=$(xapi_uuid)
	text=$(XAPI_SR_UUID=$sr call_text)
	# shellcheck disable=SC2154 # the suite's
	"$build/tests/iscsi/kill_at" "/run/lock/sm/relvmoiscsi/$clone_id" "$1" "$2" \
		/tmp/call/stdout /tmp/call/stderr \
		/usr/bin/env -i PATH=/sbin:/usr/sbin:/bin:/usr/bin "$program" "$text" >/tmp/call/end
	read -r ended _ lived < <(tail -n 1 /tmp/call/end)
	[ "$ended" = signal ] || answer=$("$build/tests/support/xapi_answer" /tmp/call/stdout) ||
		fail "$(cat /tmp/call/end /tmp/call/stdout /tmp/call/stderr)"
}

killed_runs() {
	local times=$1 i whole=0 first killed=0

	for ((i = 0; i < 3; i++)); do
		kill_fresh
		run_until 0 0
		# shellcheck disable=SC2154 # the suite's
		[ "$answer" = "$success" ] || fail "$answer"
		[ "$lived" -le "$whole" ] || whole=$lived
	done
	echo "time: a resign: $((whole / 1000)) ms at most"
	for ((i = 0; killed < times && i < 4 * times; i++)); do
		kill_fresh
		run_until $(((RANDOM * 32768 + RANDOM) % whole)) 9
		first=$sr
		if [ "$ended" != signal ]; then
			# The machine has become quicker than it was.
			whole=$lived
			continue
		fi
		killed=$((killed + 1))
		! declare -F note_kill >/dev/null || note_kill
		run_until 0 0
		[ "$answer" = "$success" ] || fail "kill $i: then $answer"
		check_rest "$i"
		judge_later "kill$i" /tmp/clone.img "$first" "$sr"
		if [ ${#judged[@]} -ge "$kill_batch" ] || [ "$killed" = "$times" ]; then
			judge /tmp/original.img
		fi
	done
	[ "$killed" = "$times" ] || fail "only $killed of $times runs were killed"
}
