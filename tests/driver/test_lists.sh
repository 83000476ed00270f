#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# test_lists.sh BUILD: what a user can choose from. sr_create and sr_probe
# without a targetIQN or an SCSIid answer with the lists that lvmoiscsi has, and
# sr_probe tells what is on a LUN. None of it writes to a LUN, none leaves a
# session.

# shellcheck disable=SC2317 # functions that `check` calls
set -u
# shellcheck source=tests/driver/lib.sh
. "$(dirname "$0")/lib.sh"

long_ago="2001-01-01 00:00:00"
fake_pid=

driver_clean_up()
{
	fake_stop
}

driver_begin "$@"

# --- the targets -----------------------------------------------------------

images=()

# lun TID NUMBER IMAGE [VALUE…]
lun()
{
	touch -d "$long_ago" "$WORK/$3"
	images+=("$3")
	tgt_lun "$1" "$2" "$WORK/$3" scsi_id="$(lun_serial "$2")" "${@:4}"
}

damage()
{
	local value

	value=$(od -A n -t u1 -j "$2" -N 1 "$WORK/$1")
	printf '%b' "\\x$(printf '%x' $((value ^ 1)))" |
		dd of="$WORK/$1" bs=1 seek="$2" conv=notrunc status=none
}

set_up()
{
	local image

	for image in snapshots raw-and-vhd no-mgt cbt neg-foreign-vg \
		neg-filesystem neg-exported-vg; do
		golden "$image" "$WORK/$image"
	done
	clone "$WORK/snapshots" "$WORK/label"
	damage label $((512 + 40))
	clone "$WORK/snapshots" "$WORK/header"
	damage header $((4096 + 30))
	truncate -s 64M "$WORK/empty"
	# A PV that is in no VG.
	clone "$WORK/empty" "$WORK/pv"
	lvm_begin "$WORK/lvm.pv" && lvm_attach pv "$WORK/pv" &&
		lvm_run pvcreate -q -q "$LVM_WORLD/dev/pv" >/dev/null 2>&1
	lvm_end
	tgt_target 1 "$IQN"
	lun 1 1 snapshots vendor_id="ACME" scsi_sn=SER-1
	lun 1 2 empty
	lun 1 3 raw-and-vhd readonly=1
	tgt_target 2 "$IQN.other"
	lun 2 4 no-mgt
	lun 2 5 cbt
	lun 2 6 neg-foreign-vg
	lun 2 7 neg-filesystem
	lun 2 8 neg-exported-vg
	lun 2 9 label
	lun 2 10 header
	lun 2 11 pv
	tgt_target 3 "$IQN.chap"
	lun 3 12 cbt
	tgt_chap 3 initiator s3cretone123
}

fake_stop()
{
	[[ -n $fake_pid ]] || return 0
	kill -KILL "$fake_pid" 2>/dev/null
	wait "$fake_pid" 2>/dev/null
	fake_pid=
}

# fake TRAIT…: the misbehaving target of tests/iscsi at $FAKE_PORT
fake()
{
	fake_stop
	: >"$WORK/fake"
	"$BUILD/tests/iscsi/fake_target" "$@" >"$WORK/fake" &
	fake_pid=$!
	until [[ -s $WORK/fake ]]; do
		kill -0 "$fake_pid" || exit 1
		sleep 0.005
	done
	FAKE_PORT=$(<"$WORK/fake")
}

# --- calls and what they must answer ---------------------------------------

ask()
{
	call "$1" target=127.0.0.1 port="$PORTAL_PORT" localIQN="$INITIATOR" \
		"${@:2}"
}

# What was on stderr goes to $WORK/list.
faulted()
{
	mv "$WORK/stderr" "$WORK/list"
	: >"$WORK/stderr"
	answered || return
	[[ $ANSWER =~ ^fault\ $1\ .*$2 ]] || { echo "$ANSWER"; return 1; }
	no_session 1 2 3 && untouched && ! grep -q s3cret "$WORK/list"
}

untouched()
{
	local image

	for image in "${images[@]}"; do
		[[ $(stat -c %y "$WORK/$image") == "$long_ago"* ]] || {
			echo "$image was written to"
			return 1
		}
	done
}

# The list as the function prints it, byte for byte.
faulted_with_list()
{
	faulted "$1" "" && "${@:2}" >"$WORK/expected" &&
		diff "$WORK/expected" "$WORK/list"
}

faulted_without_list()
{
	faulted "$1" "$2" && [[ ! -s $WORK/list ]] || {
		cat "$WORK/list"
		return 1
	}
}

# tgt INDEX ADDRESS PORT IQN
tgt()
{
	printf '\t<TGT>\n\t\t<Index>%s</Index>\n\t\t<IPAddress>%s</IPAddress>\n' \
		"$1" "$2"
	[[ $3 == 3260 ]] || printf '\t\t<Port>%s</Port>\n' "$3"
	printf '\t\t<TargetIQN>%s</TargetIQN>\n\t</TGT>\n' "$4"
}

# iqns TARGETS PORT [ADDRESS PORT IQN]…
iqns()
{
	local targets=$1 port=$2 n=0

	shift 2
	printf '<?xml version="1.0" ?>\n<iscsi-target-iqns>\n'
	while [[ $# -gt 0 ]]; do
		tgt "$n" "$1" "$2" "$3"
		((n++))
		shift 3
	done
	tgt "$n" "$targets" "$port" '*'
	printf '</iscsi-target-iqns>\n\n'
}

our_iqns()
{
	iqns "${1:-127.0.0.1}" "$PORTAL_PORT" 127.0.0.1 "$PORTAL_PORT" "$IQN" \
		127.0.0.1 "$PORTAL_PORT" "$IQN.other" \
		127.0.0.1 "$PORTAL_PORT" "$IQN.chap"
}

# one_lun NUMBER IMAGE VENDOR SERIAL
one_lun()
{
	printf '\t<LUN>\n\t\t<vendor>%s</vendor>\n\t\t<serial>%s</serial>\n' \
		"$3" "$4"
	printf '\t\t<LUNid>%s</LUNid>\n\t\t<size>%s</size>\n' "$1" \
		"$(stat -c %s "$WORK/$2")"
	printf '\t\t<SCSIid>%s</SCSIid>\n\t</LUN>\n' "$(lun_id "$1")"
}

luns()
{
	printf '<?xml version="1.0" ?>\n<iscsi-target>\n'
	one_lun 1 snapshots ACME SER-1
	one_lun 2 empty IET beaf12
	one_lun 3 raw-and-vhd IET beaf13
	[[ $1 == one ]] || {
		one_lun 4 no-mgt IET beaf24
		one_lun 5 cbt IET beaf25
		one_lun 6 neg-foreign-vg IET beaf26
		one_lun 7 neg-filesystem IET beaf27
		one_lun 8 neg-exported-vg IET beaf28
		one_lun 9 label IET beaf29
		one_lun 10 header IET beaf210
		one_lun 11 pv IET beaf211
	}
	printf '</iscsi-target>\n\n'
}

# --- discovery -------------------------------------------------------------

lists_of()
{
	local verb=$1

	ask "$verb"
	check "$verb without targetIQN: 96 and the IQNs" \
		faulted_with_list 96 our_iqns
	ask "$verb" targetIQN= SCSIid="$(lun_id 1)"
	check "$verb with an empty one, too" faulted_with_list 96 our_iqns
	ask "$verb" targetIQN="$IQN"
	check "$verb without SCSIid: 107 and the LUNs" \
		faulted_with_list 107 luns one
	ask "$verb" targetIQN="$IQN" LUNid=1
	check "$verb with a LUNid: the same" faulted_with_list 107 luns one
	ask "$verb" targetIQN='*' initiator=open-iscsi
	check "$verb for *: the LUNs of all that can be reached" \
		faulted_with_list 107 luns all
	ask "$verb" targetIQN='*' multiSession="127.0.0.1,$PORTAL_PORT,$IQN|"
	check "$verb for * and multiSession: the LUNs of these" \
		faulted_with_list 107 luns one
	ask "$verb" targetIQN="$IQN.no"
	check "$verb for an IQN that is not there: 83 and the IQNs" \
		faulted_with_list 83 our_iqns
	ask "$verb" targetIQN="$IQN.no" SCSIid="$(lun_id 1)"
	check "$verb for a LUN of it: the same" faulted_with_list 83 our_iqns
	ask "$verb" targetIQN="$IQN" SCSIid="$(lun_id 99)"
	check "$verb for an SCSIid that is not there: 107 without a list" \
		faulted_without_list 107 "$(lun_id 99)"
	ask "$verb" targetIQN='*' SCSIid="$(lun_id 99)"
	check "$verb for * and that SCSIid: the same" \
		faulted_without_list 107 "$(lun_id 99)"
	ask "$verb" port=1
	check "$verb where nothing listens: 141" faulted_without_list 141 ""
	ask "$verb" localIQN=
	check "$verb without a name of ours: 97" faulted_without_list 97 ""
	ask "$verb" port=0
	check "$verb with port 0: 142" faulted_without_list 142 port
	ask "$verb" targetIQN='*' multiSession=x
	check "$verb with a multiSession that is none: 202" \
		faulted_without_list 202 multiSession
	ask "$verb" targetIQN="$IQN.chap"
	check "$verb without CHAP where it is wanted: 68" \
		faulted_without_list 68 CHAP
	ask "$verb" targetIQN="$IQN.chap" chapuser=initiator \
		chappassword=s3cretbad123
	check "$verb with a wrong password: 68" \
		faulted_without_list 68 authentication
	ask "$verb" chapuser=initiator chappassword=s3cretone123
	check "$verb with CHAP that the discovery does not want: 96" \
		faulted_with_list 96 our_iqns
	ask "$verb" chapuser=initiator chappassword=s3cretone123 \
		incoming_chapuser=array incoming_chappassword=s3crettwo456
	check "$verb with incoming CHAP, likewise" \
		faulted_with_list 96 our_iqns
}

more_portals()
{
	ask sr_probe target="127.0.0.1, localhost"
	check "a target list: each IQN once, the list as it was given" \
		faulted_with_list 96 our_iqns "127.0.0.1, localhost"
	# 127.0.0.2 takes no connection here.
	ask sr_probe target="127.0.0.2,127.0.0.1"
	check "a portal that does not answer is passed over" \
		faulted_with_list 96 our_iqns "127.0.0.2,127.0.0.1"
	ask sr_probe multihomelist="127.0.0.1:1"
	check "also one of multihomelist" faulted_with_list 96 our_iqns
}

ipv6()
{
	local six="[::1]"

	tgt_admin --mode portal --op new \
		--param portal="$six:$PORTAL_PORT" 2>/dev/null
	if ! tgt_admin --mode portal --op show | grep -qF "$six"; then
		echo "ok IPv6: this machine has none # SKIP"
		return
	fi
	ask sr_probe target="$six" targetIQN="$IQN" SCSIid="$(lun_id 1)"
	check "IPv6 in brackets" probed be264df7-81bd-47c9-b401-5d7c41a11982 3 2
	ask sr_probe target=::1 targetIQN="$IQN" SCSIid="$(lun_id 1)"
	check "IPv6 without" probed be264df7-81bd-47c9-b401-5d7c41a11982 3 2
	ask sr_probe target="$six"
	check "IPv6 in a list of IQNs" faulted_with_list 96 six_iqns "$six"
	tgt_admin --mode portal --op delete --param portal="$six:$PORTAL_PORT"
}

# tgt tells only of the portal that is asked.
six_iqns()
{
	local iqn list=()

	for iqn in "$IQN" "$IQN.other" "$IQN.chap"; do
		list+=("$1" "$PORTAL_PORT" "$iqn")
	done
	iqns "$1" "$PORTAL_PORT" "${list[@]}"
}

odd_targets()
{
	fake odd-offers
	ask sr_probe port="$FAKE_PORT"
	check "IQNs: what cannot be a name or an address is left out" \
		faulted_with_list 96 odd_iqns
	fake
	ask sr_probe port="$FAKE_PORT"
	check "IQNs: one without an address is where we asked" \
		faulted_with_list 96 iqns 127.0.0.1 "$FAKE_PORT" \
		127.0.0.1 "$FAKE_PORT" iqn.2024-01.test:clone
	fake offers:1000
	ask sr_probe port="$FAKE_PORT"
	check "IQNs: a thousand, twice" many_iqns 2000
	fake offers:2000
	ask sr_probe port="$FAKE_PORT"
	check "IQNs: no more than 2048" many_iqns 2048
	fake offers:1000 parts:8192
	ask sr_probe port="$FAKE_PORT"
	check "IQNs: a thousand, in parts" many_iqns 2000
	fake offers:300 parts:61 dirty
	ask sr_probe port="$FAKE_PORT"
	check "IQNs: in parts of 61 bytes, padded with what is no zero" many_iqns 600
	fake text-endless
	ask sr_probe port="$FAKE_PORT"
	check "IQNs: no NUL at the end: 83" faulted_without_list 83 ""
	fake text-parts
	ask sr_probe port="$FAKE_PORT"
	check "IQNs: in parts, and no next one: 83" faulted_without_list 83 \
		"breaks off.*give the target's name"
	fake text-nonsense
	ask sr_probe port="$FAKE_PORT"
	check "IQNs: no SendTargets: 83" faulted_without_list 83 ""
	fake text-flood
	ask sr_probe port="$FAKE_PORT"
	check "IQNs: longer than is allowed: 83" faulted_without_list 83 \
		"more than 256 KiB"
	fake offers:2900 parts:65536
	ask sr_probe port="$FAKE_PORT"
	check "IQNs: longer in all its parts: 83" faulted_without_list 83 \
		"more than 256 KiB"
	fake status:0202
	ask sr_probe port="$FAKE_PORT"
	check "IQNs: not for us: 68" faulted_without_list 68 "not allowed"
	fake status:0203
	ask sr_probe port="$FAKE_PORT"
	check "IQNs: no discovery: 68" faulted_without_list 68 "no discovery"
	fake text-silent
	ask sr_probe port="$FAKE_PORT"
	check "IQNs: no answer: 141" faulted_without_list 141 "15 seconds"
	for command in sr_probe sr_create; do
		fake half
		ask "$command" port="$FAKE_PORT" targetIQN="$IQN" \
			SCSIid="$(lun_id 1)"
		check "$command, half a login response: 141" \
			faulted_without_list 141 "does not answer the login"
	done
	check "and nothing is locked by it" no_session
	fake luns:2 odd-names
	ask sr_probe port="$FAKE_PORT" targetIQN="$IQN"
	check "LUNs: names that are no text" faulted_with_list 107 odd_luns
	fake luns:1 no-names
	ask sr_probe port="$FAKE_PORT" targetIQN="$IQN"
	check "LUNs: no names, no size" faulted_with_list 107 nameless_lun
	fake luns:3 same-id
	ask sr_probe port="$FAKE_PORT" targetIQN="$IQN"
	check "LUNs: of one SCSIid, one is listed" lists_luns 1
	fake luns:1 hides-ids
	ask sr_probe port="$FAKE_PORT" targetIQN="$IQN"
	check "LUNs: page 0 without 0x83: what scsi_id makes of that" \
		lists_id SFAKE_MISBEHAVING_DISKSN_1
	fake luns:1 no-list
	ask sr_probe port="$FAKE_PORT" targetIQN="$IQN"
	check "LUNs: one of which scsi_id prints nothing" lists_luns 0
	fake no-id
	ask sr_probe port="$FAKE_PORT" targetIQN="$IQN"
	check "LUNs: none that could be chosen" lists_luns 0
	fake luns:600
	ask sr_probe port="$FAKE_PORT" targetIQN="$IQN"
	check "LUNs: 600" lists_luns 600
	fake stall
	check "a target that answers no read is left on SIGTERM" left_on_signal
	fake_stop
}

left_on_signal()
{
	local said

	said=$(RELVMOISCSI_CONF=$CONF timeout -s TERM -k 60 2 "$BUILD/relvm" resign --yes \
		--initiator-name "$INITIATOR" "iscsi://127.0.0.1:$FAKE_PORT/$IQN/1" 2>&1)
	[[ $said == *"stopped by a signal"* ]] || { echo "$said"; return 1; }
}

odd_iqns()
{
	iqns 127.0.0.1 "$FAKE_PORT" '[::1]' 3260 'iqn.&lt;b&gt;&amp;&quot;'\'';' \
		san-1.example.com 3260 'iqn.&lt;b&gt;&amp;&quot;'\'';' \
		10.0.0.1 860 iqn.twice
}

many_iqns()
{
	faulted 96 "" && xmllint --noout "$WORK/list" || return
	[[ $(grep -c '<TGT>' "$WORK/list") -eq $(($1 + 1)) ]] &&
		grep -q ':1</TargetIQN>' "$WORK/list" && grep -q \
		"<IPAddress>10.1.1.1</IPAddress>" "$WORK/list"
}

odd_luns()
{
	printf '<?xml version="1.0" ?>\n<iscsi-target>\n'
	for i in 1 2; do
		printf '\t<LUN>\n\t\t<vendor>]]&gt;&lt;&amp;??&quot;</vendor>\n'
		printf '\t\t<serial>&lt;![???&gt;</serial>\n'
		printf '\t\t<LUNid>%s</LUNid>\n\t\t<size>1048576</size>\n' $i
		printf '\t\t<SCSIid>35000fa000000000%s</SCSIid>\n\t</LUN>\n' $i
	done
	printf '</iscsi-target>\n\n'
}

nameless_lun()
{
	printf '<?xml version="1.0" ?>\n<iscsi-target>\n\t<LUN>\n'
	printf '\t\t<vendor/>\n\t\t<LUNid>1</LUNid>\n'
	printf '\t\t<SCSIid>35000fa0000000001</SCSIid>\n\t</LUN>\n'
	printf '</iscsi-target>\n\n'
}

lists_id()
{
	faulted 107 "" && grep -q "<SCSIid>$1</SCSIid>" "$WORK/list" || { cat "$WORK/list"; return 1; }
}

lists_luns()
{
	faulted 107 "" && xmllint --noout "$WORK/list" || return
	[[ $(grep -c '<LUN>' "$WORK/list") -eq $1 ]] || {
		cat "$WORK/list"
		return 1
	}
}

# --- sr_probe --------------------------------------------------------------

# The number that stands in this element of the answer.
element()
{
	sed -n "s|^\t*<$1>\(.*\)</$1>\$|\1|p" <<<"$ANSWER"
}

# probed SR VDIS SNAPSHOTS
probed()
{
	answered >/dev/null || { answered; return 1; }
	[[ $(element UUID) == "$1" && $(element vdis) == "$2" &&
		$(element snapshots) == "$3" &&
		$(element resign-journal) == none ]] || {
		echo "$ANSWER"
		return 1
	}
	no_session 1 2 3 && untouched
}

probed_nothing()
{
	answered || return
	[[ $ANSWER == $'value: <?xml version="1.0" ?>\n<SRlist/>' ]] || {
		echo "$ANSWER"
		return 1
	}
	no_session 1 2 3 && untouched
}

# The whole answer of the README's kind; without xapi.
probed_in_full()
{
	diff <(echo "value: <?xml version=\"1.0\" ?>
<SRlist>
	<SR>
		<UUID>be264df7-81bd-47c9-b401-5d7c41a11982</UUID>
		<Devlist>/dev/disk/by-scsid/$(lun_id 1)</Devlist>
		<size>1061158912</size>
		<known-to-xapi>not asked</known-to-xapi>
		<lun-is>not asked</lun-is>
		<vdis>3</vdis>
		<snapshots>2</snapshots>
		<resign-journal>none</resign-journal>
	</SR>
</SRlist>") <(echo "$ANSWER")
}

# What the golden image's own account says.
golden_sr()
{
	jq -r .sr_uuid "$driver_here/../golden/$1.json"
}

golden_vdis()
{
	jq -r "[.vdis[] | select(.managed and $2)] | length" \
		"$driver_here/../golden/$1.json"
}

probe_golden()
{
	local image=$1 number=$2

	shift 2
	ask sr_probe SCSIid="$(lun_id "$number")" "$@"
	check "probe of $image" probed "$(golden_sr "$image")" \
		"$(golden_vdis "$image" true)" \
		"$(golden_vdis "$image" .is_a_snapshot)"
}

probes()
{
	local other=$IQN.other

	ask sr_probe targetIQN="$IQN" SCSIid="$(lun_id 1)"
	check "probe, every byte of the answer" probed_in_full
	probe_golden snapshots 1 targetIQN="$IQN"
	probe_golden raw-and-vhd 3 targetIQN="$IQN"
	ask sr_probe targetIQN="$other" SCSIid="$(lun_id 4)"
	check "probe of an SR without MGT" probed "$(grep -a -o -m 1 \
		'VG_XenStorage-[0-9a-f-]*' "$WORK/no-mgt" |
		head -n 1 | cut -c 15-)" 2 0
	probe_golden cbt 5 targetIQN="$other"
	probe_golden cbt 5 targetIQN='*'
	probe_golden cbt 12 targetIQN="$IQN.chap" chapuser=initiator \
		chappassword=s3cretone123
	probe_golden snapshots 1 targetIQN="$IQN" initiator=open-iscsi
	ask sr_probe targetIQN="$IQN" SCSIid="$(lun_id 2)"
	check "an empty LUN has no SR" probed_nothing
	for i in 6:neg-foreign-vg 7:neg-filesystem 11:pv; do
		ask sr_probe targetIQN="$other" SCSIid="$(lun_id "${i%:*}")"
		check "nor has ${i#*:}" probed_nothing
	done
	# To call these empty would invite to format them.
	for i in 8:exported 9:label 10:header; do
		ask sr_probe targetIQN="$other" SCSIid="$(lun_id "${i%:*}")"
		check "an SR that cannot be read is no empty LUN: ${i#*:}" \
			faulted_without_list 202 ""
	done
}

set_up
lists_of sr_create
lists_of sr_probe
more_portals
ipv6
odd_targets
probes
driver_end
