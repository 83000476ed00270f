#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# test_make.sh: what a packager's flags do to the build, and what a machine that
# has nothing yet is told. Stand-ins for dpkg, apt and gcc: $WORK/installed is
# such a machine's list of packages.
# shellcheck disable=SC2016,SC2317 # expanded by the stand-ins; functions that `check` calls
# shellcheck source=tests/machine/lib.sh
. "$(dirname "$0")/lib.sh"
machine_begin
cd "$TREE" || exit

# --- flags --------------------------------------------------------------------

# commands ARG…: the commands that a build from nothing runs
commands()
{
	make -n -B V=1 BUILD="$WORK/none" "$@" 2>&1
}

# every KIND WORD… : whether all commands that hold KIND hold these words
every()
{
	local kind=$1 word lines bad

	shift
	lines=$(grep -e "$kind" "$WORK/commands") || { echo "no $kind"; return 1; }
	for word; do
		bad=$(grep -vFe " $word" <<<"$lines" | head -n 1)
		[[ -z $bad ]] || { echo "no $word in: $bad"; return 1; }
	done
}

none()
{
	! grep -m 1 -e "$1" "$WORK/commands"
}

compiled=' -c [a-z].*\.c '
linked=' -o [^ ]*/RELVMoISCSISR$'
commands CFLAGS=-O1 CPPFLAGS=-DTHEIRS LDFLAGS=-Ltheirs LDLIBS=-ltheirs all >"$WORK/commands"
check "a packager's flags are added" every "$compiled" -O1 -DTHEIRS
check "they take none of ours away" every "$compiled" -std=c11 -Ilib -Wconversion \
	-fstack-protector-strong -D_GNU_SOURCE
check "the same for linking" every "$linked" -O1 -Ltheirs -ltheirs -lxml2
check "a user's build does not end at a warning" none -Werror
commands STATIC=1 CFLAGS=-O1 LDFLAGS=-Ltheirs all >"$WORK/commands"
check "the static one stays hardened: compiled" every "$compiled" -fPIE -O1
check "the static one stays hardened: linked" every "$linked" -static-pie -Wl,-z,relro,-z,now -Ltheirs
commands CC=clang all >"$WORK/commands"
check "CC is a user's" none '^gcc '
commands check-only >"$WORK/commands"
check "tests want a build without warnings" every "$compiled" -Werror
commands test-programs >"$WORK/commands"
check "only unit tests need cmocka" \
	test -z "$(grep -e -lcmocka "$WORK/commands" | grep -v '/tests/unit/test_')"
check "and they have it" every ' -o [^ ]*/tests/unit/test_[a-z_0-9]*$' -lcmocka

# --- install, uninstall --------------------------------------------------------
# Of the build that is there.

left()
{
	(cd "$WORK/there" && find . ! -type d | sort)
}

installs()
{
	rm -rf "$WORK/there"
	make -s DESTDIR="$WORK/there" "$@"
}

uninstalled()
{
	installs install >/dev/null && mkdir -p "$WORK/there/etc/xapi.conf.d" || return
	: | tee "$WORK/there/etc/xapi.conf.d/zz-relvmoiscsi.conf" >"$WORK/there/usr/sbin/other"
	make -s DESTDIR="$WORK/there" uninstall || return
	[[ $(left) == ./usr/sbin/other ]] || { left; return 1; }
	! find "$WORK/there" -name relvmoiscsi | grep .
}

# What its owner has set is kept.
settings_kept()
{
	installs install >/dev/null && echo "# mine" >>"$WORK/there/etc/relvmoiscsi.conf" &&
		says "^kept: $WORK/there/etc/relvmoiscsi.conf$" \
			make -s DESTDIR="$WORK/there" uninstall &&
		[[ $(left) == ./etc/relvmoiscsi.conf ]]
}

# relvm alone has nothing of xapi's.
relvm_alone()
{
	local files

	installs install-relvm >/dev/null || return
	files=$(left)
	[[ $files == "./usr/sbin/relvm
./usr/share/bash-completion/completions/relvm
./usr/share/man/man8/relvm.8" ]] || { echo "$files"; return 1; }
	"$WORK/there/usr/sbin/relvm" --version
}

check "make uninstall leaves nothing of it" uninstalled
check "but settings" settings_kept
check "make install-relvm: the command alone" relvm_alone

debian_package()
{
	local deb=$WORK/deb/relvm.deb

	mkdir "$WORK/deb"
	make -s deb && mv build/relvm_*_*.deb "$deb" && dpkg-deb -x "$deb" "$WORK/deb/root" &&
		"$WORK/deb/root/usr/sbin/relvm" --version || return
	# All that it is linked with is named.
	dpkg-deb -f "$deb" Depends >"$WORK/deb/depends"
	for name in libc6 libiscsi7 libxml2 libuuid1; do
		grep -q "\b$name\b" "$WORK/deb/depends" || { cat "$WORK/deb/depends"; return 1; }
	done
}

check "make deb: a package of the command" debian_package

# --- a machine that has nothing -----------------------------------------------

mkdir "$WORK/bin"
stub()
{
	{ echo '#!/bin/bash'; cat; } >"$WORK/bin/$1"
	chmod +x "$WORK/bin/$1"
}
export PATH=$WORK/bin:$PATH WORK

stub dpkg-query <<'EOF2'
for name; do
	! grep -qx -- "$name" "$WORK/installed" || echo "$name installed"
done
EOF2
stub id <<<'cat "$WORK/id"'
stub sleep <<<'echo "$1" >>"$WORK/slept"'
# Each time it does the first line of $WORK/apt, if there is one.
stub apt-get <<'EOF2'
echo "$*" >>"$WORK/asked"
do=$(head -n 1 "$WORK/apt")
sed -i 1d "$WORK/apt"
if [ -n "$do" ]; then
	echo "$do" >&2
	exit 100
fi
/bin/sleep 0.3
[[ $* != *" install "* ]] || printf '%s\n' "$@" >>"$WORK/installed"
EOF2
stub gcc <<'EOF2'
grep -qx gcc "$WORK/installed" || { echo "gcc: not found" >&2; exit 127; }
while [ $# -gt 1 ] && [ "$1" != -o ]; do shift; done
: >"$2"
EOF2

# fresh UID [WHAT apt-get SAYS]…: nothing is installed
fresh()
{
	echo "$1" >"$WORK/id"
	shift
	rm -rf "$WORK/build"
	: | tee "$WORK/installed" "$WORK/asked" "$WORK/slept" >"$WORK/apt"
	[ $# -eq 0 ] || printf '%s\n' "$@" >"$WORK/apt"
}

# lacks TARGET PACKAGE…: as a user it ends with one line to type, which has these
lacks()
{
	local said package

	fresh 1000
	said=$(make BUILD="$WORK/build" "$1" 2>&1) && { echo "it went through"; return 1; }
	shift
	said=$(grep 'sudo apt-get install' <<<"$said") || return
	[[ $said != *$'\n'* ]] || { echo "$said"; return 1; }
	for package; do
		[[ " $said " == *" $package "* ]] || { echo "no $package: $said"; return 1; }
	done
	[[ ! -s $WORK/asked ]] || { echo "apt-get was run"; return 1; }
}

build="gcc libc6-dev libxml2-dev uuid-dev libiscsi-dev libc-ares-dev"
# shellcheck disable=SC2086 # words
{
	check "a user learns what to install: make" lacks all $build
	check "... make install" lacks install $build
	check "... make demo" lacks demo $build tgt lvm2 zstd qemu-utils
	check "... make bench" lacks bench $build tgt lvm2 zstd qemu-utils jq
	check "... make static" lacks static $build libicu-dev libgcrypt20-dev liblzma-dev
	check "... make pack" lacks pack $build libicu-dev rpm createrepo-c gnupg xorriso
	check "... make host-shell" lacks host-shell user-mode-linux open-iscsi
	check "... make check-host" lacks check-host $build libcmocka-dev user-mode-linux open-iscsi
	check "... make check" lacks check $build libcmocka-dev clang user-mode-linux dnf
	check "... make crash" lacks crash $build libcmocka-dev
	check "... make check-pack" lacks check-pack $build dnf busybox-static
}

asked()
{
	[[ $(grep -c -- "$1" "$WORK/asked") == "$2" ]] || { cat "$WORK/asked"; return 1; }
}

# -j must not compile before there is a compiler, nor ask apt-get twice at once.
fresh 0
check "packages come before what needs them, with -j4" \
	says "" make -j4 BUILD="$WORK/build" demo-packages all
check "all of it is built" test -e "$WORK/build/relvm"
check "each package is installed once" asked ' install .* gcc ' 1

fresh 0 "E: Unable to locate package tgt"
check "a machine without package lists gets them" says "" tests/packages.sh tgt
check "in this order" asked "update" 1
fresh 0 "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 7" \
	"E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 7"
check "another package manager is waited for" says "held by process 7" tests/packages.sh tgt
check "twice" test "$(wc -l <"$WORK/slept")" = 2
fresh 0 "E: the first reason" "" "E: the second"
check "a failure says why at first" fails "the first reason" tests/packages.sh tgt
fresh 0 "E: the first reason" "" "E: the second"
check "and why in the end" fails "the second" tests/packages.sh tgt
fresh 0
echo tgt >"$WORK/installed"
check "what is there is not asked for" says "" tests/packages.sh tgt
check "not at all" asked . 0
machine_end
