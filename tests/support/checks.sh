# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# What tests of images share: one line a check, and the resign itself. To be
# sourced, with lvm.sh.
#
#   check NAME COMMAND…    runs it; prints "ok NAME" or "FAIL NAME" and what the
#                          command said
#   checks_sum FILE…       the final line over the output of all; status 1 if
#                          a check failed or there was none
#   copy FROM TO           a sparse copy of an image
#   new_uuid
#   resign IMAGE UUID      with $RESIGN_FILE; it must be silent
#   refused IMAGE          it must say no in one line, and leave IMAGE as it is
#                          (which $MUTATE can tell)
#   audited SR ORIGINAL RESULT [drop]  by $AUDIT; both attached, named in the
#                          report in $WORK/report as their files are

check()
{
	local name=$1 said

	shift
	if said=$("$@" 2>&1); then
		printf 'ok %s%s\n' "$name" "${said:+ ($said)}"
	else
		printf 'FAIL %s\n%s\n' "$name" "${said:-(no word)}"
		return 1
	fi
}

checks_sum()
{
	local passed failed

	passed=$(cat "$@" | grep -c '^ok ') || :
	failed=$(cat "$@" | grep -c '^FAIL ') || :
	printf '%d passed, %d failed\n' "$passed" "$failed"
	((failed == 0 && passed > 0))
}

copy()
{
	cp --sparse=always "$1" "$2"
}

new_uuid()
{
	cat /proc/sys/kernel/random/uuid
}

# resign IMAGE UUID [BLOCK_SIZE]
resign()
{
	local said status=0

	said=$("$RESIGN_FILE" "$@" 2>&1) || status=$?
	if ((status != 0)) || [[ -n $said ]]; then
		printf 'exit %d: %s\n' "$status" "$said"
		return 1
	fi
}

# refused IMAGE [BLOCK_SIZE]
refused()
{
	local said status=0

	copy "$1" "$WORK/before"
	said=$("$RESIGN_FILE" "$1" "$(new_uuid)" "${2:-512}" 2>&1) || status=$?
	printf '%s\n' "$said"
	"$MUTATE" "$1" same "$WORK/before" 2>&1 || return
	((status == 1)) || { echo "exit $status"; return 1; }
	[[ -n $said && $said != *$'\n'* ]]
}

audited()
{
	"$AUDIT" "$1" "$WORK/report" "${2##*/}" "$2" "${3##*/}" "$3" \
		${4:+"$4"}
}
