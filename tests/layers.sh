#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# tests/layers.sh OBJECT_DIR: the arrows between folders point one way, and the
# pure folders (format, sr, plan) cannot do I/O. Prints ok/not ok lines.
set -u
cd "$(dirname "$0")/.." || exit 1
objects=${1:?usage: layers.sh OBJECT_DIR}
failed=0

report() { # NAME PROBLEMS: a check passes when there are none
	if [ -z "$2" ]; then
		echo "ok layers: $1"
	else
		echo "not ok layers: $1"
		printf '%s\n' "$2" | sed 's/^/    /'
		failed=1
	fi
}

# What a folder may include. Whatever is not listed here is refused.
may_include() {
	case $1 in
	lib/base) echo 'base' ;;
	lib/format) echo 'base format' ;;
	# What is on the LUN, and what shall be.
	lib/sr) echo 'base format sr' ;;
	lib/plan) echo 'base format sr plan' ;;
	# What is on a LUN, for people and programs: data and its writers.
	lib/report) echo 'base format sr plan report' ;;
	# SCSI replies are parsed by pure codecs (vpd, report_luns).
	lib/iscsi) echo 'base format host iscsi' ;;
	# open-iscsi is a program of the host, run under a lock of the host.
	lib/openiscsi) echo 'base host iscsi openiscsi' ;;
	# The libiscsi form waits for its commands with iscsi's loop.
	lib/lun) echo 'base host iscsi lun' ;;
	lib/txn) echo 'base format sr plan lun txn' ;;
	# The names of a disk are parsed by a pure codec (vpd).
	lib/host) echo 'base format host' ;;
	# device_config fills in a struct iscsi_target; lists are of what host has.
	lib/sm) echo 'base rpc iscsi host sm' ;;
	lib/xapi) echo 'base rpc xapi' ;;
	# Values of XML-RPC and JSON.
	lib/rpc) echo 'base rpc' ;;
	lib/engine)
		echo 'base format sr plan report lun txn iscsi openiscsi host rpc sm xapi engine'
		;;
	drivers | xapi-plugin)
		echo 'base rpc plan report iscsi host sm xapi engine drivers xapi-plugin'
		;;
	esac
}

for folder in lib/* drivers xapi-plugin; do
	allowed=" $(may_include "$folder") "
	bad=$(grep -Hn '^#include "' "$folder"/*.[ch] 2>/dev/null |
		while IFS= read -r line; do
			header=${line#*\"}
			case $allowed in
			*" ${header%%/*} "*) ;;
			*) echo "$line" ;;
			esac
		done)
	report "$folder includes only what is below it" "$bad"
done

# Every function that the pure folders call is ours (base, format, sr, plan) or one
# of these: no file, no socket, no clock, no environment.
pure='calloc|free|malloc|realloc|reallocarray|memchr|memcmp|memcpy|memmem
|memmove|memset|qsort|bsearch|strchr|strcmp|strlen|strncmp|strnlen|strstr
|snprintf|strdup|strndup|vsnprintf|__[a-z]*_chk|__stack_chk_fail|__ctype_b_loc'
pure=$(printf '%s' "$pure" | tr -d '\n')
# The objects of folders; of sources that are gone some may lie there, too.
objects_of() {
	local source

	for folder; do
		for source in lib/"$folder"/*.c; do
			echo "$objects/${source%.c}.o"
		done
	done
}
# shellcheck disable=SC2046 # words
ours=$(nm -g --defined-only $(objects_of base format sr plan report) |
	awk 'NF == 3 { print $3 }' | sort -u)
for folder in format sr plan report; do
	# shellcheck disable=SC2046
	bad=$(nm -u $(objects_of "$folder") | awk 'NF == 2 { print $2 }' |
		sort -u | grep -Ev "^($pure|_GLOBAL_OFFSET_TABLE_)\$" |
		comm -23 - <(printf '%s\n' "$ours"))
	report "lib/$folder calls nothing that does I/O" "$bad"
done
exit $failed
