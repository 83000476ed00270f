# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# What the tests of the pack share. To be sourced; with the checks of
# tests/driver/lib.sh.
#
#   pack_begin PACKS      $PACKS (made by packs.sh) and $WORK, which goes away
#   pack_end
#   pack_key              a GnuPG home of the test's own with the packs' test key
#   pack_root DIR         an empty host: what its RPM database needs, and the RPM
#                         of a pool host of our own (stub) is installed
#   in_root DIR COMMAND…  rpm of this machine, on that host
#   copy_in DIR PROGRAM NAME  a program of this machine's into DIR/bin, with its
#                         libraries
#   sm_plugins DIR        the list of SM plug-ins that xapi would have there
#   refuses TEXT COMMAND… it must fail, and say TEXT (a regular expression)

pack_here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/driver/lib.sh
. "$pack_here/../driver/lib.sh"

pack_clean_up()
{
	:
}

pack_stop()
{
	trap '' INT TERM
	pack_clean_up
	if [[ -d $WORK/gnupg ]]; then
		gpgconf --homedir "$WORK/gnupg" --kill all
	fi
	rm -rf "$WORK"
}

pack_begin()
{
	PACKS=$(realpath "${1:?it wants the folder that packs.sh made}")
	# shellcheck disable=SC2034 # for test scripts
	{
		VERSION=$(<"$PACKS/version")
		UUID=$(sed -n 's/.*<update uuid="\([^"]*\)".*/\1/p' "$PACKS/pack/update.xml")
		NEWER_UUID=$(sed -n 's/.*<update uuid="\([^"]*\)".*/\1/p' "$PACKS/newer/update.xml")
		KEY_FILE=RPM-GPG-KEY-relvmoiscsi
	}
	export LC_ALL=C
	# GnuPG's sockets want a short path.
	WORK=$(mktemp -d /tmp/pack.XXXXXX)
	# Debian's rpm keeps its database at home; a host's is elsewhere.
	export HOME=$WORK/home
	mkdir "$HOME"
	echo '%_dbpath /var/lib/rpm' >"$HOME/.rpmmacros"
	trap pack_stop EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
}

pack_end()
{
	driver_end
}

pack_key()
{
	export GNUPGHOME=$WORK/gnupg
	mkdir -m 700 "$GNUPGHOME"
	gpg --batch --quiet --import "$PACKS/secret.asc"
}

pack_root()
{
	# What any host has.
	mkdir -p "$1"/usr/share/{man/man{7,8},bash-completion/completions}
	in_root "$1" -i "$PACKS"/stub/pool-host-1-1.noarch.rpm
}

in_root()
{
	local root=$1

	shift
	# Debian's rpm wants to know that it is meant.
	rpm --root "$root" --dbpath /var/lib/rpm --nosignature --force-debian "$@"
}

copy_in()
{
	local library

	cp "$(readlink -f "$2")" "$1/bin/$3"
	for library in $(ldd "$2" 2>/dev/null | grep -o '/[^ ]*'); do
		mkdir -p "$1${library%/*}"
		cp -n "$library" "$1$library"
	done
}

# As xapi reads it: every entry in byte order, the last definition counts.
sm_plugins()
{
	local file plugins=

	for file in "$1"/etc/xapi.conf "$1"/etc/xapi.conf.d/*; do
		[[ -f $file ]] || continue
		while read -r line; do
			[[ $line != sm-plugins=* ]] || plugins=${line#*=}
		done <"$file"
	done
	printf '%s\n' "$plugins"
}

refuses()
{
	local wanted=$1 said

	shift
	if said=$("$@" 2>&1); then
		printf 'it went through: %s\n' "$said"
		return 1
	fi
	grep -qE -- "$wanted" <<<"$said" || {
		printf 'it says: %s\n' "$said"
		return 1
	}
}

# equal WHAT FOUND WANTED
equal()
{
	[[ $2 == "$3" ]] || {
		printf '%s: %s\nwanted: %s\n' "$1" "$2" "$3"
		return 1
	}
}
