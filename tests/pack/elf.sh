#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# elf.sh PACKS BUILD: the program of the pack in an empty root: no library, no
# other program, no service. It answers, resolves names, and resigns over
# libiscsi; lvm2 and an independent reader judge the result. BUILD has the tools
# for that.

# shellcheck disable=SC2317 # functions that `check` calls
set -u
# A network of its own: a name server has to have port 53.
if [[ -z ${ELF_NETWORK-} ]]; then
	ELF_NETWORK=own exec unshare --net -- "$0" "$@"
fi
# shellcheck source=tests/driver/lib.sh
. "$(dirname "$0")/../driver/lib.sh"

dns=
driver_clean_up()
{
	[[ -z $dns ]] || kill "$dns" 2>/dev/null
}

packs=$(realpath "${1:?usage: elf.sh PACKS BUILD}")
ip link set lo up || exit 1
driver_begin "${2:?usage: elf.sh PACKS BUILD}"

# The program as the RPM has it, and not one file more.
root=$WORK/root
mkdir -p "$root/opt/xensource/sm"
rpm2cpio "$packs"/pack/Packages/relvmoiscsi-*.rpm |
	(cd "$root" && cpio -idm --quiet ./opt/xensource/sm/RELVMoISCSISR)
PROGRAM=$WORK/in_root
cat >"$PROGRAM" <<EOF
#!/bin/sh
echo \$\$ >"$WORK/pid"
exec chroot "$root" /opt/xensource/sm/RELVMoISCSISR "\$@"
EOF
chmod +x "$PROGRAM"

alone()
{
	local files

	files=$(cd "$root" && find . -type f -o -type l)
	[[ $files == ./opt/xensource/sm/RELVMoISCSISR ]] || { echo "$files"; return 1; }
}

named()
{
	answered && grep -q "LVHD over iSCSI with resigning of duplicates" "$WORK/stdout"
}

check "there is nothing but the program" alone
call sr_get_driver_info
check "sr_get_driver_info" named

# xapi's observer runs a backend by Python's runpy.
observed()
{
	/usr/bin/python3 -c 'import runpy, sys
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")' \
		"$root/opt/xensource/sm/RELVMoISCSISR" \
		"$(xapi_call sr_get_driver_info)" |
		grep -q "LVHD over iSCSI with resigning of duplicates"
}

check "the same through Python, as under xapi's observer" observed

# The links of the other names, which the RPM makes, too.
other_names()
{
	rpm2cpio "$packs"/pack/Packages/relvmoiscsi-*.rpm |
		(cd "$root" && cpio -idm --quiet './usr/sbin/*' './etc/xapi.d/*')
	grep -q "^relvm: .*relvm --help" <(chroot "$root" /usr/sbin/relvm 2>&1) || return
	grep -q Status <(chroot "$root" /etc/xapi.d/plugins/relvmoiscsi \
		"<methodCall><methodName>nothing</methodName><params/></methodCall>" 2>&1)
}

check "by its other names it is the command and the plugin" other_names

# For a resign: its settings, at the path that the calls name; the name of this
# boot, which the kernel tells; a folder for locks.
mkdir -p "$root$(dirname "$CONF")" "$root/proc/sys/kernel/random" "$root/var/lock"
cp "$CONF" "$root$CONF"
cp /proc/sys/kernel/random/boot_id "$root/proc/sys/kernel/random/"

golden single-vhd "$WORK/original"
clone "$WORK/original" "$WORK/clone"
tgt_target 1 "$IQN"
tgt_lun 1 2 "$WORK/clone" scsi_id="$(lun_serial 2)"

# resigns NAME KEY=VALUE…: another clone each time
resigns()
{
	local name=$1

	shift
	XAPI_SR_UUID=$(xapi_uuid)
	clone "$WORK/clone" "$WORK/before"
	call_lun "$(lun_id 2)" "$@"
	check "$name: resigned" resigned &&
		check "$name: lvm2 and the audit agree" audited "$XAPI_SR_UUID" \
			"$WORK/before" "$WORK/clone"
	check "$name: no session is left" no_session 1
}

resigns "an address"

mkdir -p "$root/etc"
echo '127.0.0.1 array.hosts array' >"$root/etc/hosts"
resigns "a name in /etc/hosts" target=array.hosts
resigns "another name in /etc/hosts" target=ARRAY

# dnsmasq tells what it knows and nothing else; far has an address where nobody
# listens, and none that does.
dnsmasq --keep-in-foreground --no-resolv --no-hosts --conf-file=/dev/null --user=root \
	--pid-file= --listen-address=127.0.0.1 --bind-interfaces --local=/test/ \
	--host-record=array.lab.test,127.0.0.1,::1 --host-record=two.test,127.0.0.7 \
	--host-record=two.test,127.0.0.1 --cname=alias.test,array.lab.test \
	>"$WORK/dns.log" 2>&1 &
dns=$!
printf 'search lab.test\nnameserver 127.0.0.1\n' >"$root/etc/resolv.conf"
for ((i = 0; i < 500; i++)); do
	ss -lun | grep -q '127.0.0.1:53 ' && break
	sleep 0.01
done
resigns "a name in the DNS" target=array.lab.test
resigns "a name in the search domain" target=array
resigns "an alias" target=alias.test
resigns "a name with two addresses, one of them dead" target=two.test

fails()
{
	answered || return
	[[ $ANSWER == "fault $1 "*"$2"* ]] || { echo "$ANSWER"; return 1; }
}

call_lun "$(lun_id 2)" target=nobody.test
check "a name that nobody knows" fails 140 "nobody.test does not resolve"

# A name server that takes questions and is silent; then a signal.
asked()
{
	local i

	for ((i = 0; i < 3000; i++)); do
		[[ $(ss -Hlun 'src 127.0.0.1:53' | awk '{ print $2 }') == 0 ]] || return 0
		sleep 0.01
	done
	echo "nothing was asked"
	return 1
}

kill -STOP "$dns"
{ asked && kill -TERM "$(<"$WORK/pid")"; } &
call_lun "$(lun_id 2)" target=array.lab.test
wait $!
check "a signal during the lookup" fails 201 "stopped by a signal while it looked up"
kill -CONT "$dns"
kill "$dns"
wait "$dns" 2>/dev/null
dns=
call_lun "$(lun_id 2)" target=array.lab.test
check "a name server that is down" fails 140 "array.lab.test does not resolve"
resigns "a name in /etc/hosts does not need it" target=array.hosts
driver_end
