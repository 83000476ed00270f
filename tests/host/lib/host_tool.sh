# SPDX-License-Identifier: LGPL-2.1-only
#
# host_tool as a process that lives for a whole test, for what it opens or
# remembers stays so. To be sourced by the tests that want it.
# shellcheck shell=bash

# shellcheck disable=SC2154 # guest.sh
host_tool=$build/tests/support/host_tool
tool_answer=

# tool_start: also ends the one before.
tool_start() {
	tool_stop
	coproc HOST_TOOL { exec "$host_tool" -v 2>/tmp/host_tool.log; }
}

tool_stop() {
	[ -n "${HOST_TOOL_PID:-}" ] || return 0
	local pid=$HOST_TOOL_PID to=${HOST_TOOL[1]}
	exec {to}>&-
	wait "$pid" || :
	rm -f /tmp/host_tool.log
}

# tool COMMAND...: its answer is in tool_answer.
tool() {
	echo "$*" >&"${HOST_TOOL[1]}" || return
	IFS= read -r -t 60 -u "${HOST_TOOL[0]}" tool_answer || fail "host_tool: no answer to: $*"
}

# tool_says PATTERN COMMAND...
tool_says() {
	local pattern=$1
	shift
	tool "$@"
	# shellcheck disable=SC2254 # a pattern is meant
	case $tool_answer in
	$pattern) ;;
	*) fail "host_tool $*: $tool_answer" ;;
	esac
}
