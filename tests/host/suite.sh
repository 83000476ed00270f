#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# suite.sh BUILD: all tests of the dom0 path. Each suite runs in test hosts
# (boot.sh) of its own, two at a time, a processor each; their lines, "ok NAME"
# or "FAIL NAME: why", are printed as each guest ends, and "N passed, N failed"
# last. A guest that dies, that runs out of time or that ran no test is a failed
# test.
#
# Needs: root; the packages user-mode-linux open-iscsi tgt lvm2 dmsetup
# multipath-tools kmod udev zstd iproute2 procps e2fsprogs; and of BUILD the
# program and, of tests/support, host_tool, resign_file, steady_io, xapi_answer.
set -u

here=$(dirname -- "$(realpath -- "$0")")
build=$(realpath -- "${1:?usage: suite.sh BUILD}") || exit 2
tools=$build/tests/support
for tool in "$build/RELVMoISCSISR" "$tools"/{host_tool,resign_file,steady_io,xapi_answer}; do
    [ -x "$tool" ] || { echo "suite.sh: $tool is not built" >&2; exit 2; }
done
# The longest first, so that the two rows end at about the same time; open_iscsi.sh
# is cut, by the first letters of its tests, for the same reason.
jobs=(
    "open_iscsi.sh $build [!lt]*"
    "open_iscsi.sh $build tgt*"
    "open_iscsi.sh $build lio*"
    "multipath.sh"
    "smoke.sh"
    "in_use.sh"
    "open_iscsi.sh $build t[!g]*"
    "lvm_judge.sh"
)
# Three times what the longest takes on an idle machine.
limit=300

work=$(mktemp -d "${TMPDIR:-/tmp}/relvm-suite.XXXXXX") || exit 2
declare -A job_of=()
# shellcheck disable=SC2317 # called by traps
cleanup() {
    trap - EXIT
    [ ${#job_of[@]} = 0 ] || kill "${!job_of[@]}" 2>/dev/null
    wait
    rm -rf -- "$work"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

mapfile -t processors < <(
    sed -n 's/^Cpus_allowed_list:[[:space:]]*//p' /proc/self/status | tr , '\n' |
        while IFS=- read -r first last; do seq "$first" "${last:-$first}"; done
)

# start ROW: the next job, on the row's processor. On one processor the rows share.
next=0
start() {
    local words
    read -r -a words <<<"${jobs[next]}"
    words[0]=$here/${words[0]}
    taskset -c "${processors[$1 % ${#processors[@]}]}" \
        "$here/boot.sh" --time-limit "$limit" --show "$build" \
        env HOST_TOOL="$tools/host_tool" RESIGN_FILE="$tools/resign_file" "${words[@]}" \
        >"$work/$next.out" 2>"$work/$next.err" </dev/null &
    job_of[$!]="$1 $next $SECONDS"
    next=$((next + 1))
}

passed=0
failed=0

# report NUMBER STATUS SECONDS
report() {
    local out=$work/$1.out good bad
    good=$(grep -c '^ok ' "$out")
    bad=$(grep -c '^FAIL ' "$out")
    echo "# ${jobs[$1]//"$build"/BUILD}: $3 s"
    grep -E '^(ok |FAIL |# time)' "$out"
    # It must have come to its last line, and agree with it.
    if [ "$bad" = 0 ] && { [ "$2" != 0 ] || [ "$(tail -n 1 "$out")" != "$good passed, 0 failed" ]; }; then
        bad=1
        echo "FAIL ${jobs[$1]%% *}: exit $2 after $good tests"
    fi
    [ "$bad" = 0 ] || tail -n 80 "$work/$1.err"
    passed=$((passed + good))
    failed=$((failed + bad))
}

start 0
start 1
while [ ${#job_of[@]} -gt 0 ]; do
    status=0
    ended=
    wait -n -p ended "${!job_of[@]}" || status=$?
    read -r row number began <<<"${job_of[$ended]}"
    unset "job_of[$ended]"
    [ "$next" -ge ${#jobs[@]} ] || start "$row"
    report "$number" "$status" $((SECONDS - began))
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
