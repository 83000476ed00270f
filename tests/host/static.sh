#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# static.sh BUILD [PATTERN]: the static program, installed as the pack's RPM has it
# (BUILD/packs: make packs), resigns through the host's own initiator, and has
# the host's own lvm judge the result.
# shellcheck disable=SC2317 # run_test calls the functions
set -u

# shellcheck source=guest.sh
. "$(dirname -- "$0")/guest.sh"
# shellcheck source=lib/driver.sh
. "$host_dir/lib/driver.sh"

# But for its settings: the guest's own say that no xapi runs here.
(
	cd / && rpm2cpio "$build"/packs/pack/Packages/relvmoiscsi-*.rpm |
		cpio -idm --quiet './opt/*' './etc/xapi.d/*' './usr/sbin/*'
) || {
	echo "static.sh: $build/packs has no pack: make packs" >&2
	exit 2
}
program=/opt/xensource/sm/RELVMoISCSISR

# lvm in the guest becomes a script that keeps a list of its calls, and then is
# what it was, or COMMAND.
watch_lvm() {
	: >/tmp/call/lvm
	mv /usr/sbin/lvm /usr/sbin/lvm.real
	cat >/usr/sbin/lvm <<END
#!/bin/bash
echo "\$*" >>/tmp/call/lvm
$1
exec -a lvm /usr/sbin/lvm.real "\$@"
END
	chmod 755 /usr/sbin/lvm
}

unwatch_lvm() {
	mv /usr/sbin/lvm.real /usr/sbin/lvm
}

needs_nothing() {
	! ldd "$program" >/dev/null 2>&1 || ldd "$program" | grep -q 'statically linked' ||
		fail "$(ldd "$program")"
	[ "$(readlink /etc/xapi.d/plugins/relvmoiscsi)" = "$program" ] || fail "no plugin"
}

# Its target by name: this machine's /etc/hosts.
resigns() {
	local kind=$1
	serve "$kind" 512 127.0.0.1:3260
	host_state >/tmp/before
	watch_lvm ''
	call "$kind" target=localhost
	unwatch_lvm
	resigned
	state_kept /tmp/before
	good_result
	[ -s /tmp/call/lvm ] || fail "lvm was not asked"
	serve_end "$kind"
}

lvm_objects() {
	serve tgt 512 127.0.0.1:3260
	host_state >/tmp/before
	watch_lvm 'echo "  not this one" >&2; exit 5'
	call tgt
	unwatch_lvm
	[ -s /tmp/call/lvm ] || fail "lvm was not asked"
	refused 202 'not this one'
	state_kept /tmp/before
	serve_end tgt
}

run_test "the program needs no library" needs_nothing
run_test "tgt: resigned, by name" resigns tgt
run_test "lio: resigned, by name" resigns lio
run_test "what lvm has against it is told" lvm_objects
finish
