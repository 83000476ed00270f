#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# test_source.sh: what tools say of the sources. `make tidy` runs it alone.
# shellcheck disable=SC2317 # functions that `check` calls
# shellcheck source=tests/machine/lib.sh
. "$(dirname "$0")/lib.sh"
machine_begin
cd "$TREE" || exit

mapfile -t sources < <(find lib drivers xapi-plugin -name '*.c' | sort)
flags=(-std=c11 -I. -Ilib -D_GNU_SOURCE -DVERSION='""' -I/usr/include/libxml2)

# bugprone, but for what is a matter of taste (parameters that could be swapped,
# branches that are alike) or no bug as we use it: sizes of pointers in arrays of
# pointers, int8 to int in characters, strcmp() as a condition.
checks='-*,bugprone-*,-bugprone-easily-swappable-parameters,-bugprone-branch-clone'
checks+=',-bugprone-reserved-identifier,-bugprone-narrowing-conversions'
checks+=',-bugprone-macro-parentheses,-bugprone-assignment-in-if-condition'
checks+=',-bugprone-implicit-widening-of-multiplication-result'
checks+=',-bugprone-sizeof-expression,-bugprone-suspicious-string-compare'

tidy()
{
	local said

	said=$(printf '%s\n' "${sources[@]}" | xargs -P 2 -I{} clang-tidy --quiet \
		--checks="$checks" {} -- "${flags[@]}" 2>/dev/null)
	! grep -E ' (warning|error): ' <<<"$said"
}

# A list of cases that passes whatever it is given shows nothing.
tidy_sees()
{
	printf 'void f(char *p);\nvoid f(char *p)\n{\n\tif (p)\n\t\t;\n\tp = 0;\n}\n' >"$WORK/bad.c"
	clang-tidy --quiet --checks="$checks" "$WORK/bad.c" -- 2>/dev/null |
		grep -q bugprone-suspicious-semicolon
}

# What it takes for a fault, but is none: memory that is handed on in a struct,
# pointers that a condition guards, members that are set through a pointer.
not_of_cppcheck=(memleak ctunullpointer uninitStructMember arrayIndexOutOfBoundsCond)
cpp_check()
{
	cppcheck --quiet --std=c11 -Ilib -I. -D_GNU_SOURCE \
		--enable=warning,performance,portability --error-exitcode=1 \
		"${not_of_cppcheck[@]/#/--suppress=}" "$@" 2>&1
}

cpp_check_sees()
{
	printf 'int f(void)\n{\n\tint a[4];\n\n\ta[4] = 1;\n\treturn a[4];\n}\n' >"$WORK/bad2.c"
	fails "out of bounds" cpp_check "$WORK/bad2.c"
}

misspelt()
{
	local words

	words=$(sed -e '/^#/d' -e 's/ .*//' tests/machine/spelling | paste -sd '|')
	grep -rnwiE "($words)" --include='*.[ch158]' --include='*.sh' --include='*.md' \
		--include='*.py' --include='*.in' --include=CHANGELOG --include=Makefile \
		README.md CHANGELOG Makefile lib drivers xapi-plugin supp-pack tests
}

well_spelt()
{
	! misspelt
}

shell_checked()
{
	local script status=0

	while read -r script; do
		shellcheck -S warning -x "$script" || status=1
	done < <(find tests/machine tests/run.sh tests/packages.sh tests/layers.sh \
		supp-pack -name '*.sh' | sort)
	shellcheck -S warning .ci/run && return "$status"
}

formatted()
{
	find lib drivers xapi-plugin supp-pack tests -name '*.[ch]' -print0 |
		xargs -0 clang-format --dry-run --Werror 2>&1
}

# libxml2-devel and -lxml2 are one.
spec_libraries()
{
	diff <(grep '^LIBS  *:=' Makefile | grep -o -- '-l[a-z0-9]*' | cut -c 3- | sort) \
		<(grep '^BuildRequires' supp-pack/relvmoiscsi.spec.in |
			grep -o '[a-z0-9-]*-devel' | sed 's/-devel//; s/^lib//; s/-//' | sort)
}

check "the spec asks for the libraries that the program is linked with" spec_libraries
check "the sources are as clang-format has them (make format)" formatted
check "clang-tidy has nothing to say" tidy
check "it would say it" tidy_sees
check "cppcheck has nothing to say" cpp_check lib drivers xapi-plugin
check "it would say it" cpp_check_sees
check "spelling" well_spelt
check "shellcheck has nothing to say of scripts that install and build" shell_checked
machine_end
