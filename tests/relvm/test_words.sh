#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# test_words.sh BUILD: what is written about relvm names just the options that it
# has: the man page, the completion, and the help. The man page has no fault
# that groff would report, and the completion completes.

# shellcheck disable=SC2317 # functions that `check` calls
set -u
here=$(cd "$(dirname "$0")" && pwd)
relvm=$(realpath "${1:?usage: test_words.sh BUILD}")/relvm
cd "$here/../.." || exit 1
failed=0

result() # NAME STATUS [TEXT]
{
	if [[ $2 -eq 0 ]]; then
		echo "ok $1"
		return
	fi
	echo "not ok $1"
	printf '%s\n' "${3-}" | sed 's/^/    /'
	failed=1
}

check() # NAME COMMAND...
{
	local name=$1 said status=0

	shift
	said=$("$@" 2>&1) || status=$?
	result "$name" "$status" "$said"
}

# The long options in a text.
options()
{
	grep -oE -- '--[a-z]+(-[a-z]+)*' | sort -u
}

same_options()
{
	diff <("$relvm" --help | options) <("$@" | options)
}

man_text()
{
	sed 's/\\-/-/g' drivers/relvm.8
}

completion_text()
{
	"$relvm" completion
}

completed() # WORD... EXPECTED: the last word is completed to it
{
	# shellcheck disable=SC2034
	(
		eval "$("$relvm" completion)"
		COMP_WORDS=("${@:1:$#-1}")
		COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
		_relvm
		[[ " ${COMPREPLY[*]} " == *" ${!#} "* ]] ||
			{ echo "${COMPREPLY[*]}"; exit 1; }
	)
}

not_completed()
{
	! completed "$@"
}

groff_is_silent()
{
	local said

	said=$(groff -ww -man -Tutf8 drivers/relvm.8 drivers/relvmoiscsi.7 2>&1 \
		>/dev/null)
	[[ -z $said ]] || { echo "$said"; return 1; }
}

check "the man page names the options that there are" same_options man_text
check "the completion names the options that there are" \
	same_options completion_text
check "the README's picture is as its script draws it" \
	diff tests/demo/picture.svg <(/usr/bin/python3 tests/demo/picture.py)
check "groff has nothing to say about the man pages" groff_is_silent
check "a command is completed" completed relvm ins inspect
check "an option is completed" completed relvm resign --sr --sr-uuid
check "an option of another command is not" \
	not_completed relvm inspect --sr --sr-uuid
check "a value is completed" completed relvm resign --snapshots d drop
check "a file is completed" completed relvm inspect Makef Makefile

# What a mistake is answered with: status 2, nothing on stdout, one line.
refused() # TEXT WORD...
{
	local text=$1 out status=0

	shift
	out=$("$relvm" "$@" 2>&1 >/dev/null </dev/null) || status=$?
	[[ $status -eq 2 && $out == *"$text"* && $out != *$'\n'* ]] ||
		{ echo "$status: $out"; return 1; }
}

shows() # TEXT WORD...
{
	"$relvm" "${@:2}" | grep -q -F -- "$1"
}

lacks()
{
	! shows "$@"
}

check "a mistyped command gets a suggestion" refused 'mean resign?' resgin
check "a swapped letter too" refused 'mean verify?' vreify a.img
check "another word gets none" refused 'see relvm --help' frobnicate
check "an option without effect is refused: plan --yes" \
	refused '--yes is not for plan' plan --yes a.img
check "list --jobs" refused '--jobs is not for list' list -j2 iscsi://h/iqn.x
check "verify --jobs" refused '--jobs is not for verify' verify --jobs 2 a b
check "inspect --map" refused '--from is not for inspect' \
	inspect --from 00000000-0000-4000-8000-000000000001 a
check "help of a command" shows 'usage: relvm plan' plan --help
check "... by the word" shows '--save-map' help plan
check "... names no option of another" lacks '--save-map' resign --help
check "version, by the word" shows 'relvm 0.' version
exit "$failed"
