#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# amx.sh: the test host boots on processors with AMX (processor/ptrace.c), and
# where it cannot boot it says why. Such a processor need not be at hand: one that
# behaves as Linux does there is put below it (processor/pretend.c).
# shellcheck disable=SC2317 # functions that `check` calls
# shellcheck source=tests/machine/lib.sh
. "$(dirname "$0")/../machine/lib.sh"
machine_begin
here=$TREE/tests/host

# The FPU's registers, which the guest keeps for each of its processes: of two at
# once that compute, each must come to the number that one alone comes to.
# shellcheck disable=SC2016 # awk's
sum='awk "BEGIN { for (i = 1; i < 300000; i++) s += sin(i) / i; printf \"%.12f\\n\", s }"'
same="$sum >/tmp/a & $sum >/tmp/b; wait; cat /tmp/a /tmp/b"
wanted=$(bash -c "$sum")

computes()
{
	local said

	said=$("$here/boot.sh" "$@" bash -c "$same" 2>&1) || { echo "$said"; return 1; }
	[[ $said == "$wanted"$'\n'"$wanted" ]] || { echo "$said, not $wanted"; return 1; }
}

gcc -shared -fPIC -O2 -o "$WORK/pretend.so" "$here/processor/pretend.c" -ldl || exit
check "the whole FPU state is set: here" computes --amx
export PRETEND=amx
# On a processor that has AMX this is always taken care of.
grep -qw amx_tile /proc/cpuinfo ||
	check "without that a processor with AMX is named" \
		fails "FPU state is larger than User Mode Linux knows" \
		"$here/boot.sh" --preload "$WORK/pretend.so" true
check "the whole FPU state is set: on a processor with AMX" \
	computes --amx --preload "$WORK/pretend.so"
export PRETEND=forbidden
check "a machine that forbids ptrace is named" \
	fails "not allowed to ptrace its own processes" \
	"$here/boot.sh" --preload "$WORK/pretend.so" true
unset PRETEND
check "a guest without memory is not taken for that" \
	fails "ended without a result: Too few physical memory" "$here/boot.sh" --memory 8M true
machine_end
