# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# What the tests of building and of running tests share. To be sourced.
#
#   machine_begin       $TREE, this source tree; $WORK, which goes away
#   check NAME COMMAND… prints "ok NAME", or "not ok NAME" and what it said
#   says TEXT COMMAND…  whether it succeeds and prints TEXT, a regular expression
#   fails TEXT COMMAND… whether it fails and prints TEXT
#   machine_end         the last line of a test
set -u

machine_failures=0

machine_begin()
{
	# shellcheck disable=SC2034 # for test scripts
	TREE=$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")
	WORK=$(mktemp -d)
	trap 'rm -rf "$WORK"' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	# Those of who runs this must not reach what is tried here.
	unset MAKEFLAGS MAKELEVEL MFLAGS WERROR CFLAGS CPPFLAGS LDFLAGS
}

machine_end()
{
	exit $((machine_failures != 0))
}

check()
{
	local name=$1 said

	shift
	if said=$("$@" 2>&1); then
		echo "ok $name"
	else
		machine_failures=$((machine_failures + 1))
		echo "not ok $name"
		printf '%s\n' "$said" | sed 's/^/    /'
	fi
}

said_it()
{
	grep -qE -- "$1" <<<"$2" || { printf 'no "%s" in:\n%s\n' "$1" "$2"; return 1; }
}

says()
{
	local text=$1 said status=0

	shift
	said=$("$@" 2>&1) || status=$?
	((status == 0)) || { printf 'exit %d: %s\n' "$status" "$said"; return 1; }
	said_it "$text" "$said"
}

fails()
{
	local text=$1 said

	shift
	if said=$("$@" 2>&1); then
		printf 'it went through: %s\n' "$said"
		return 1
	fi
	said_it "$text" "$said"
}
