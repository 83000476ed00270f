#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# many.sh BUILD [PATTERN [COUNT]]: COUNT (10) clones behind five targets, resigned
# at once through the host's own initiator, each by a call of its own; some share
# each target, and so its session.
# shellcheck disable=SC2317 # run_test calls the functions
set -u

# shellcheck source=guest.sh
. "$(dirname -- "$0")/guest.sh"
# shellcheck source=lib/driver.sh
. "$host_dir/lib/driver.sh"

count=${3:-10}
targets=5

# LUN N of all is LUN N / targets of target N % targets.
serial() {
	printf 'a%03x' "$1"
}

serve_many() {
	local i
	tgt_start 127.0.0.1:3260
	for ((i = 0; i < targets; i++)); do
		tgt_target $((i + 1)) "$iqn$i"
	done
	for ((i = 0; i < count; i++)); do
		cp --sparse=always "$pristine" "/tmp/clone.$i"
		tgt_lun $((i % targets + 1)) $((i / targets + 1)) "/tmp/clone.$i" 512 "$(serial "$i")"
	done
}

# one_of_many NUMBER: what it says goes to /tmp/call.NUMBER/answer.
one_of_many() {
	local dir=/tmp/call.$1 uuid text
	mkdir "$dir"
	uuid=$(xapi_uuid)
	echo "$uuid" >"$dir/uuid"
	text=$(XAPI_SR_UUID=$uuid xapi_call sr_create target=127.0.0.1 targetIQN="$iqn$(($1 % targets))" \
		initiator="$initiator" SCSIid="$(tgt_scsiid "$(serial "$1")")")
	xapi_run "$dir" "$program" "$text" || echo "exit $?"
	"$answer_of" "$dir/stdout" >"$dir/answer"
}

many_at_once() {
	local i pids=() began
	serve_many
	host_state >/tmp/before
	began=$(now_ms)
	for ((i = 0; i < count; i++)); do
		one_of_many "$i" &
		pids+=($!)
	done
	wait "${pids[@]}"
	echo "time: $count at once: $(($(now_ms) - began)) ms"
	for ((i = 0; i < count; i++)); do
		if ! grep -q 'successfully resigned' "/tmp/call.$i/answer"; then
			fail "LUN $i: $(cat "/tmp/call.$i/answer" "/tmp/call.$i/stderr")"
		fi
		head -c 10M "/tmp/clone.$i" | grep -ac "VG_XenStorage-$(cat "/tmp/call.$i/uuid") {" >/dev/null ||
			fail "LUN $i has not its new name"
	done
	state_kept /tmp/before
	tgt_stop
	rm -rf /tmp/clone.* /tmp/call.*
}

run_test "$count clones at once" many_at_once
finish
