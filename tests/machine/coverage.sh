#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# coverage.sh: which lines of the program the unit, golden and driver tests run: a
# table, a line a folder, of gcov's numbers. Builds into build/coverage.
set -u
cd "$(dirname "$0")/../.." || exit
build=build/coverage
tools=$build/tests
make -s -j2 BUILD=$build CFLAGS='-O0 -g --coverage -fprofile-update=atomic' test-programs >/dev/null ||
	exit
find $build -name '*.gcda' -delete
suites=("$tools"/unit/test_*[a-z0-9])
suites+=("tests/golden/run.sh $tools/support/resign_file $tools/audit $tools/mutate")
suites+=("tests/golden/drop.sh $tools/support/resign_file $tools/audit")
for name in backend lists refuse smlog resign lost_target; do
	suites+=("tests/driver/test_$name.sh $build")
done
tests/run.sh build/logs-coverage "${suites[@]}" | tail -n 2

printf '\n%-16s %7s %7s\n' folder lines run
for source in lib/*/*.c drivers/*.c xapi-plugin/*.c; do
	gcov -n "$build/obj/${source%.c}.gcda" 2>/dev/null |
		awk -v folder="${source%/*}" -v file="$source" '
			$1 == "File" { here = $2 == "\047" file "\047" }
			here && /^Lines executed/ {
				split($2, part, /[:%]/)
				print folder, $4, part[2] * $4 / 100
			}'
done | awk '
	{ lines[$1] += $2; run[$1] += $3; all += $2; all_run += $3 }
	END {
		for (folder in lines)
			printf "%-16s %7d %6.1f%%\n", folder, lines[folder], 100 * run[folder] / lines[folder]
		printf "%-16s %7d %6.1f%%\n", "~all", all, all ? 100 * all_run / all : 0
	}' | sort | sed 's/^~all/all /'
