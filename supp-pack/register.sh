#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-only
#
# Puts relvmoiscsi and relvmohba on xapi's list of SM plug-ins. The package runs it after each
# transaction that may have changed the list; run it by hand after you have
# changed sm-plugins yourself. POSIX sh; it needs no running host, for it also
# runs while a host is being installed.
#
# xapi reads /etc/xapi.conf, then each entry of /etc/xapi.conf.d in byte order;
# the last `sm-plugins=` replaces those before it. So the list is computed as it
# would be without us, and goes into a file of ours, behind the others, with our
# types at its end. There is no such file where nobody has set the list (6.5:
# every type is taken), or it has our types, or is '*'.
#
# Likewise `sm-dir`, where xapi looks for drivers: XenServer 9 moves it. Our
# driver is in /opt/xensource/sm, and linked from there if that is another.
# `register.sh remove` takes the link away.
set -fu
LC_ALL=C
export LC_ALL

type=relvmoiscsi
conf=/etc/xapi.conf
fragments=/etc/xapi.conf.d
ours=$fragments/zz-$type.conf
home=/opt/xensource/sm
old=$home/ReLVMoISCSISR
what=${1-}

say()
{
	echo "$type: $*" >&2
}

# The last sm-plugins of $file, as xapi reads it, into $list, and $file into
# $from; its last sm-dir into $dir. What follows '#' does not count, nor do quotes around the value.
read_list()
{
	while IFS= read -r line || [ -n "$line" ]; do
		line=${line%%#*}
		case $line in
		*=*) ;;
		*) continue ;;
		esac
		key=
		for key in ${line%%=*}; do :; done
		case $key in
		sm-plugins | sm-dir) ;;
		*) continue ;;
		esac
		# shellcheck disable=SC2086 # one space between words
		set -- ${line#*=}
		value=$*
		case $value in
		\"*\" | \'*\')
			value=${value#?}
			value=${value%?}
			;;
		esac
		if [ "$key" = sm-dir ]; then
			dir=$value
			continue
		fi
		list=$value
		from=$file
	done <"$file"
}

# Those of our types that the list has not, into $lacks; xapi compares without
# regard to case.
read_lacks()
{
	iscsi=" relvmoiscsi" hba=" relvmohba"
	for word in $list; do
		case $word in
		'*') iscsi='' hba='' ;;
		[Rr][Ee][Ll][Vv][Mm][Oo][Ii][Ss][Cc][Ss][Ii]) iscsi='' ;;
		[Rr][Ee][Ll][Vv][Mm][Oo][Hh][Bb][Aa]) hba='' ;;
		esac
	done
	lacks=$iscsi$hba
}

# Puts the drivers into the folder that xapi looks into.
link_driver()
{
	[ "$dir" != "$home" ] && [ -d "$dir" ] || return 0
	for name in RELVMoISCSISR RELVMoHBASR; do
		if [ "$what" = remove ] || [ ! -e "$home/$name" ]; then
			[ ! -L "$dir/$name" ] || rm -f "$dir/$name"
		elif [ -L "$dir/$name" ] || [ ! -e "$dir/$name" ]; then
			ln -sf "$home/$name" "$dir/$name" ||
				say "cannot link the driver from $dir"
		fi
	done
}

# The driver of 2016 left a link behind, or is still there. xapi takes both
# names for the same type.
if [ -L "$old" ]; then
	rm -f "$old" && say "removed $old, a link of the driver of 2016"
elif [ -e "$old" ]; then
	say "$old is another driver of this type: remove it"
fi

list=
from=
dir=$home
set +f
set -- "$conf" "$fragments"/.[!.]* "$fragments"/*
set -f
for file; do
	[ "$file" = "$ours" ] || [ ! -f "$file" ] || read_list
done

link_driver
[ "$what" != remove ] || exit 0

read_lacks
if [ -z "$from" ] || [ -z "$lacks" ]; then
	rm -f "$ours"
	exit
fi
# shellcheck disable=SC3012 # dash, bash and busybox all know it
if [ "$from" \> "$ours" ]; then
	say "$from sets sm-plugins after all others: add$lacks there"
	rm -f "$ours"
	exit
fi
# Written elsewhere and moved: xapi reads whatever is in that folder.
new=/etc/.zz-$type.conf.new
[ -d "$fragments" ] || mkdir -p "$fragments"
if ! printf '%s\n' "# Computed from $from by the package $type; after a" \
	"# change there run: sh /usr/libexec/$type/register.sh" \
	"sm-plugins=$list$lacks" >"$new" || ! mv -f "$new" "$ours"; then
	say "cannot write $ours: add$lacks to sm-plugins in $from"
fi
exit 0
