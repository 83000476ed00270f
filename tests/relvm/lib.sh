# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# What the tests of the command share. To be sourced after tests/driver/lib.sh,
# once driver_begin has run.
#
#   relvm ARG…          runs it, without a terminal; $OUT, $ERR, $STATUS
#   status N            whether it ended with N, and says what it said if not
#   field PATH          a field of the JSON in $OUT (jq), of its first line
#   valid [LINES]       every line of $OUT is JSON of the schema; so many, if
#                       it is told
#   said TEXT           whether $OUT or $ERR has it

RELVM=$BUILD/relvm
SCHEMA=$driver_here/../../xapi-plugin/schema.json
OUT=$WORK/relvm.out
ERR=$WORK/relvm.err

relvm()
{
	STATUS=0
	RELVMOISCSI_CONF=$CONF "$RELVM" "$@" >"$OUT" 2>"$ERR" </dev/null ||
		STATUS=$?
}

status()
{
	[[ $STATUS -eq $1 ]] || {
		echo "exit $STATUS"
		head -c 4000 "$OUT" "$ERR"
		return 1
	}
}

field()
{
	head -n 1 "$OUT" | jq -r "$1"
}

valid()
{
	local n=0 line

	while IFS= read -r line; do
		((++n))
		printf '%s\n' "$line" >"$WORK/document.$n.json"
	done <"$OUT"
	[[ $n -gt 0 && $n -eq ${1:-$n} ]] || { echo "$n lines"; return 1; }
	# shellcheck disable=SC2046
	/usr/bin/python3 -W ignore -m jsonschema \
		$(printf -- "-i $WORK/document.%d.json " $(seq "$n")) "$SCHEMA"
}

said()
{
	grep -q -F -- "$1" "$OUT" "$ERR" || {
		echo "nobody said: $1"
		head -c 4000 "$OUT" "$ERR"
		return 1
	}
}

is()
{
	[[ $1 == "$2" ]] || { echo "'$1', not '$2'"; return 1; }
}
