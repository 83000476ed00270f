#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# fresh.sh [-s SUITE] [PART…]: what README says, typed on a machine that has
# nothing: Debian's smallest root, with git, make and ca-certificates, made once
# by debootstrap from the mirror that this machine's apt has (build/fresh). Each
# part gets a copy of its own, so none finds what another has installed.
#
#   demo      make demo
#   lines     the three lines from nothing to a resigned image, with -j4
#   static    make static
#   install   make install DESTDIR=
#   user      the same as a user, who may install nothing
#   quick     make check-quick: it has all that its suites call
#   bench     make bench, as far as its packages and builds
#   check     make check, as far as its packages and builds
#   debian13  the build on Debian 13 with gcc and clang, without a word of theirs;
#             unit and golden tests
#
# All but the last if none is named. Where this cannot be, it says so and passes:
# it needs root, namespaces, debootstrap and Debian's packages.
# shellcheck disable=SC2317 # functions that `check` calls
# shellcheck source=tests/machine/lib.sh
. "$(dirname "$0")/lib.sh"

skip()
{
	echo "ok fresh machine # SKIP $*"
	exit 0
}

[[ $(id -u) -eq 0 ]] || skip "it was skipped: only root can make one"
command -v debootstrap >/dev/null || skip "it was skipped: there is no debootstrap"
unshare --mount --pid --fork true 2>/dev/null ||
	skip "it was skipped: no namespaces here, as in a container without privileges"
# What apt has, but for updates and security, which have parts alone.
# shellcheck disable=SC2016 # apt expands it
mirror=$(apt-get indextargets --format '$(REPO_URI)' \
	'Created-By: Packages' 'Origin: Debian' 'Label: Debian' 'Component: main' 2>/dev/null | head -n 1)
[[ -n $mirror ]] || skip "it was skipped: apt has no Debian mirror (apt-get update?)"
http_proxy=$(apt-config shell proxy Acquire::http::Proxy | sed "s/^proxy='\(.*\)'$/\1/")
[[ -z $http_proxy ]] || export http_proxy

machine_begin
fresh=$TREE/build/fresh
root=$WORK/root
mkdir -p "$fresh/packages"

# base SUITE: its root, in $base
base()
{
	base=$fresh/$1
	[[ ! -e $base.done ]] || return 0
	rm -rf "$base"
	debootstrap --variant=minbase --include=git,make,ca-certificates "$1" \
		"$base" "$mirror" >"$base.log" 2>&1 || { tail -n 20 "$base.log"; return 1; }
	: >"$base.done"
}

# machine SUITE: a new copy of that root, with this tree as a clone has it, in
# $root. Packages that were fetched once are not fetched again.
machine()
{
	base "$1" || return
	rm -rf "$root"
	cp -a "$base" "$root" && mkdir "$root/src" || return
	if git -C "$TREE" rev-parse --git-dir >/dev/null 2>&1; then
		(cd "$TREE" && git ls-files -z -co --exclude-standard |
			tar -c --null --ignore-failed-read -T - 2>/dev/null)
	else
		tar -C "$TREE" -c --exclude=./build .
	fi | tar -x -C "$root/src" --no-same-owner || return
	# What whoever sets a machine up puts there; the name server is for apt.
	echo "127.0.0.1 localhost" >"$root/etc/hosts"
	[[ ! -e /etc/resolv.conf ]] || cat /etc/resolv.conf >"$root/etc/resolv.conf"
}

# typed COMMAND: in the tree on that machine, as root there. What is mounted for
# it is so for this command alone: nothing of this machine's lies in $root, which
# is a mount itself, or its suites could have no mounts of their own.
# shellcheck disable=SC2016 # expanded by the inner shell
inside='
root=$1
mount --bind "$root" "$root" && mount -t proc proc "$root/proc" && mount --rbind /sys "$root/sys" &&
	mount --rbind /dev "$root/dev" &&
	mount --bind "$2" "$root/var/cache/apt/archives" || exit
cd / && exec chroot "$root" bash -c "cd /src && $3"
'
typed()
{
	env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb \
		${http_proxy:+http_proxy="$http_proxy"} \
		unshare --mount --pid --fork --kill-child \
		bash -c "$inside" bash "$root" "$fresh/packages" "$1" \
		>"$WORK/log" 2>&1 </dev/null || {
		echo "$1: exit $?"
		tail -n 30 "$WORK/log"
		return 1
	}
}

# types COMMAND [TEXT]: and TEXT, a regular expression, is in what it prints
types()
{
	machine "${3:-bookworm}" && typed "$1" && said_it "${2-}" "$(<"$WORK/log")"
}

demo()
{
	check "make demo" types "make demo" "Images are identical"
}

lines()
{
	check "from nothing, three lines" types "MAKEFLAGS=-j4 make demo-packages all &&
		zstd -d --sparse tests/golden/snapshots.img.zst -o clone.img &&
		build/relvm resign --yes clone.img" "clone.img: resigned"
}

static()
{
	check "make static" types "make -j2 static && build/static/relvm --version &&
		! ldd build/static/relvm 2>&1 | grep '=>'"
}

install()
{
	check "make install" types "make install DESTDIR=/there && ls /there/usr/sbin/relvm"
}

# What it says of packages is enough to go on: typed as root, the same works.
user()
{
	check "a user learns what to install" types "chown -R nobody . &&
		! setpriv --reuid nobody --clear-groups make >said 2>&1 &&
		sh -ec \"\$(sed -n 's/^ *sudo //p' said | sed 's/apt-get install/& -y/')\" &&
		setpriv --reuid nobody --clear-groups make"
}

quick()
{
	check "make check-quick" types "make check-quick" "^[0-9]+ passed, 0 failed"
}

bench()
{
	check "make bench: packages and builds" types "make bench-build"
}

check_build()
{
	check "make check: packages and builds" types "make check-build"
}

# gcc and clang, each a line a warning if there is one.
debian13()
{
	local golden="tests/golden/run.sh build/asan/tests/support/resign_file \
build/asan/tests/audit build/asan/tests/mutate"

	check "Debian 13: gcc builds it" types "make demo-packages &&
		make WERROR=1 all && build/relvm --version" "" trixie
	check "Debian 13: not a warning" not_warned
	check "Debian 13: clang builds it" typed "apt-get install -y -qq clang &&
		make WERROR=1 CC=clang BUILD=build/clang all && build/clang/relvm --version"
	check "Debian 13: not a warning" not_warned
	check "Debian 13: tests are built" typed "make quick-packages &&
		make -j2 WERROR=1 SANITIZE=1 test-programs"
	check "Debian 13: not a warning" not_warned
	check "Debian 13: unit and golden tests" typed "tests/run.sh /tmp/logs \
		build/asan/tests/unit/test_*[a-z0-9] '$golden'"
}

not_warned()
{
	! grep 'warning:' "$WORK/log"
}

for part in "${@:-demo lines static install user quick bench check}"; do
	for one in $part; do
		case $one in
		check) check_build ;;
		demo | lines | static | install | user | quick | bench | debian13) "$one" ;;
		*) echo "fresh.sh: no part $one" >&2; exit 2 ;;
		esac
	done
done
machine_end
