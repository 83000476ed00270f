#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# register.sh PACKS: what register.sh makes of lists of SM plug-ins, with the
# shells that hosts have: bash, dash and busybox, each in a root of its own.

# shellcheck disable=SC2317 # functions that `check` calls
set -u
# shellcheck source=tests/pack/lib.sh
. "$(dirname "$0")/lib.sh"

pack_begin "$@"
script=$pack_here/../../supp-pack/register.sh

begin()
{
	root=$WORK/$1
	mkdir -p "$root"/{bin,opt/xensource/sm}
	if [[ $1 == busybox ]]; then
		cp /bin/busybox "$root/bin/"
		for tool in sh rm mv mkdir ln; do ln -s busybox "$root/bin/$tool"; done
	else
		copy_in "$root" "/bin/$1" sh
		for tool in rm mv mkdir ln; do copy_in "$root" "/bin/$tool" "$tool"; done
	fi
	cp "$script" "$root/register.sh"
}

# A case: the files of /etc, one an argument, NAME:TEXT.
given()
{
	local file

	rm -rf "${root:?}/etc"
	mkdir -p "$root/etc/xapi.conf.d"
	for file; do
		printf '%b' "${file#*:}" >"$root/etc/${file%%:*}"
	done
}

run()
{
	said=$(chroot "$root" /bin/sh /register.sh 2>&1) || {
		echo "exit $?: $said"
		return 1
	}
}

# The file that the script has written, without its comment; twice, for it must
# not count itself.
makes()
{
	local wanted=$1 time file=$root/etc/xapi.conf.d/zz-relvmoiscsi.conf

	for time in first second; do
		run || return
		equal "the $time time" "$(sed '/^#/d' "$file" 2>/dev/null)" "$wanted" || return
		# Nothing else comes into that folder or stays elsewhere.
		! find "$root/etc" -name '*new*' | grep . || return
	done
	[[ -z $said ]] || { echo "it says: $said"; return 1; }
}

cases()
{
	local few='sm-plugins=ext nfs'

	given "xapi.conf:# x\n$few\n"
	check "$1: xapi.conf has the list" makes "$few relvmoiscsi relvmohba"
	given "xapi.conf:sm-plugins = \t ext   nfs \t # and more\n"
	check "$1: white space and comments" makes "$few relvmoiscsi relvmohba"
	given "xapi.conf:sm-plugins=\"ext nfs\"\n"
	check "$1: quotes" makes "$few relvmoiscsi relvmohba"
	given "xapi.conf:$few"
	check "$1: no newline at the end" makes "$few relvmoiscsi relvmohba"
	given "xapi.conf:sm-plugins=a\nsm-plugins=b\n"
	check "$1: the last of a file counts" makes "sm-plugins=b relvmoiscsi relvmohba"
	given "xapi.conf:sm-plugins=a\n" "xapi.conf.d/10:sm-plugins=b\n" "xapi.conf.d/9:sm-plugins=c\n" \
		"xapi.conf.d/Z:x=y\n"
	check "$1: the last of xapi.conf.d counts, in byte order" makes "sm-plugins=c relvmoiscsi relvmohba"
	given "xapi.conf:sm-plugins=a\n" "xapi.conf.d/.swp:sm-plugins=b\n"
	check "$1: hidden files count, as they do for xapi" makes "sm-plugins=b relvmoiscsi relvmohba"
	given "xapi.conf:sm-plugins=a\n" "xapi.conf.d/with blank:sm-plugins=b\n"
	check "$1: a file's name with a blank" makes "sm-plugins=b relvmoiscsi relvmohba"
	given "xapi.conf:sm-plugins=\n"
	check "$1: an empty list" makes "sm-plugins= relvmoiscsi relvmohba"
	given "xapi.conf:other-sm-plugins=a\nsm-plugins-x=b\n#sm-plugins=c\n"
	check "$1: nobody has set it" makes ""
	given "xapi.conf:sm-plugins=*\n"
	check "$1: all are taken" makes ""
	given "xapi.conf:sm-plugins=ext RelvmoISCSI nfs\n" \
		"xapi.conf.d/zz-relvmoiscsi.conf:sm-plugins=old relvmoiscsi\n"
	check "$1: one of our types is in it" makes "sm-plugins=ext RelvmoISCSI nfs relvmohba"
	given "xapi.conf:sm-plugins=RelvmoHBA ext RelvmoISCSI nfs\n" \
		"xapi.conf.d/zz-relvmoiscsi.conf:sm-plugins=old relvmoiscsi\n"
	check "$1: our types are in it; what we wrote before is removed" makes ""
	given "xapi.conf:sm-plugins=a\n" "xapi.conf.d/zz-relvmoiscsi.conf:sm-plugins=old relvmoiscsi\n"
	check "$1: what we wrote before is replaced" makes "sm-plugins=a relvmoiscsi relvmohba"
	given
	check "$1: no xapi.conf" makes ""
	given "xapi.conf:$few\n"
	mkdir "$root/etc/xapi.conf.d/folder"
	check "$1: a folder among the files" makes "$few relvmoiscsi relvmohba"

	given "xapi.conf:$few\n" "xapi.conf.d/zzz:sm-plugins=last\n"
	check "$1: a file behind ours" run
	check "$1: a file behind ours: it says what to do" grep -q 'zzz.*add relvmoiscsi relvmohba there' <<<"$said"
	given "xapi.conf.d/9:sm-dir = \"/usr/libexec/sm\"\n" "xapi.conf:sm-dir=/no/where\n"
	mkdir -p "$root/usr/libexec/sm"
	: >"$root/opt/xensource/sm/RELVMoISCSISR"
	ln -s RELVMoISCSISR "$root/opt/xensource/sm/RELVMoHBASR"
	check "$1: another sm-dir" run
	check "$1: another sm-dir has the driver" equal link \
		"$(readlink "$root"/usr/libexec/sm/RELVMo{ISCSI,HBA}SR)" "/opt/xensource/sm/RELVMoISCSISR
/opt/xensource/sm/RELVMoHBASR"
	check "$1: and again" run
	check "$1: which is taken away" chroot "$root" /bin/sh /register.sh remove
	check "$1: and nothing else" eval '
		equal left "$(ls -A "$root/usr/libexec/sm")" "" &&
		test -e "$root/opt/xensource/sm/RELVMoISCSISR"'
	given "xapi.conf:sm-dir=/usr/libexec/sm\n"
	echo theirs >"$root/usr/libexec/sm/RELVMoISCSISR"
	check "$1: another's file there" run
	check "$1: another's file stays" equal file "$(<"$root/usr/libexec/sm/RELVMoISCSISR")" theirs
	rm -r "$root/usr/libexec/sm" "$root"/opt/xensource/sm/RELVMo*
	given "xapi.conf:$few\n"
	ln -s gone.py "$root/opt/xensource/sm/ReLVMoISCSISR"
	check "$1: the link of 2016" run
	check "$1: the link of 2016 is gone" test ! -L "$root/opt/xensource/sm/ReLVMoISCSISR"
}

# run keeps what it said for the next check, so both are of this shell.
check()
{
	local name=$1 status=0 text

	shift
	"$@" >"$WORK/said" 2>&1 || status=$?
	text=$(<"$WORK/said")
	result "$name" "$status" "$text"
}

said=
for shell in busybox dash bash; do
	begin $shell
	cases $shell
done
pack_end
