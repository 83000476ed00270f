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
	sed '1,2d' drivers/relvm.bash | grep -v 'compgen.* -- "' |
		grep -v -- '^[[:space:]]*-- "'
}

completed() # WORD... EXPECTED: the last word is completed to it
{
	# shellcheck source=drivers/relvm.bash disable=SC2034
	(
		. drivers/relvm.bash
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

	said=$(groff -ww -man -Tutf8 drivers/relvm.8 2>&1 >/dev/null)
	[[ -z $said ]] || { echo "$said"; return 1; }
}

check "the man page names the options that there are" same_options man_text
check "the completion names the options that there are" \
	same_options completion_text
check "groff has nothing to say about the man page" groff_is_silent
check "a command is completed" completed relvm ins inspect
check "an option is completed" completed relvm resign --sr --sr-uuid
check "an option of another command is not" \
	not_completed relvm inspect --sr --sr-uuid
check "a value is completed" completed relvm resign --snapshots d drop
check "a file is completed" completed relvm inspect Makef Makefile
exit "$failed"
