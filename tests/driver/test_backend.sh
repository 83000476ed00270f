#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# test_backend.sh BUILD: the program without a LUN: what it says of itself, the
# commands that it does not offer, its other names, its settings, odd ways to be
# started. A target is there, and must see no session.

# shellcheck disable=SC2317 # functions that `check` calls
set -u
# shellcheck source=tests/driver/lib.sh
. "$(dirname "$0")/lib.sh"

driver_begin "$@"

# What the storage manager of XenServer can be asked to do, and what it cannot.
others=(sr_probe_ext sr_delete sr_attach sr_detach sr_scan sr_update
	sr_content_type vdi_create vdi_delete vdi_attach vdi_detach
	vdi_activate vdi_deactivate vdi_snapshot vdi_clone vdi_resize
	vdi_resize_online vdi_update vdi_introduce vdi_generate_config
	vdi_attach_from_config vdi_compose vdi_copy vdi_epoch_begin
	vdi_epoch_end vdi_enable_cbt vdi_disable_cbt vdi_data_destroy
	vdi_list_changed_blocks sr_resign SR_CREATE sr_create2 sr_)

# The one line of the answer that begins with this path, in full.
says()
{
	grep -qxF "$1: $2" <<<"$ANSWER" || { echo "$ANSWER"; return 1; }
}

says_something()
{
	grep -q "^$1: ..*" <<<"$ANSWER" || { echo "$ANSWER"; return 1; }
}

# Every entry of configuration is a key and what it is for, and these are there.
has_keys()
{
	local key n=0

	for key in target port targetIQN SCSIid chapuser chappassword \
		incoming_chapuser incoming_chappassword localIQN initiator \
		multihomelist LUNid; do
		grep -q "^configuration\[[0-9]*\].key: $key\$" <<<"$ANSWER" || {
			echo "no $key"
			return 1
		}
	done
	while says_something "configuration\[$n\].key" >/dev/null; do
		says_something "configuration\[$n\].description" || return
		((++n))
	done
	[[ $(grep -c '^configuration\[' <<<"$ANSWER") -eq $((2 * n)) ]]
}

# No other fields: xapi knows no others.
no_more_fields()
{
	local more

	more=$(cut -d: -f1 <<<"$ANSWER" | sed 's/\[[0-9].*//' | sort -u |
		grep -vxE 'name|description|vendor|copyright|driver_version|required_api_version|capabilities|configuration')
	[[ -z $more ]] || { echo "$more"; return 1; }
}

faulted()
{
	answered || return
	[[ $ANSWER =~ ^fault\ $1\ .*$2 ]] || { echo "$ANSWER"; return 1; }
}

driver_info()
{
	call sr_get_driver_info
	check "driver_info: answered" answered
	check "driver_info: name" says name \
		"LVHD over iSCSI with resigning of duplicates"
	for field in description vendor copyright driver_version; do
		check "driver_info: $field" says_something $field
	done
	check "driver_info: required_api_version" says required_api_version 1.0
	check "driver_info: capabilities" says "capabilities[0]" SR_PROBE
	check "driver_info: configuration" has_keys
	check "driver_info: nothing else" no_more_fields
}

unsupported()
{
	local command

	for command in "$@"; do
		call "$command" target=127.0.0.1 port="$PORTAL_PORT" \
			targetIQN="$IQN" SCSIid=36x localIQN="$INITIATOR"
		faulted 202 "only resigns" || { echo "at $command"; return 1; }
	done
}

# The settings file, RELVMOISCSI_CONF; the call would find nobody listening.
conf()
{
	local name=$1 code=$2 pattern=$3 text=$4

	shift 4
	printf '%b' "$text" >"$CONF"
	call sr_create target=127.0.0.1 port=1 targetIQN="$IQN" \
		SCSIid=36x localIQN="$INITIATOR" "$@"
	check "conf: $name: $code" faulted "$code" "$pattern"
	printf "initiator = libiscsi\nxapi_socket = none\n" >"$CONF"
}

settings()
{
	local file=$CONF

	local none="xapi_socket = none\n"

	conf "initiator" 141 "" "# ours\n\n  initiator =  libiscsi  \n$none"
	conf "the other initiator" 141 "" "${none}initiator = open-iscsi\n"
	conf "no newline at the end" 141 "" "${none}initiator=libiscsi"
	conf "no xapi" 150 "$WORK/gone: " "xapi_socket = $WORK/gone\n"
	conf "no socket" 150 "$WORK: " "xapi_socket = $WORK\n"
	conf "xapi in the wrong place" 202 "$CONF:1: .*absolute" \
		"xapi_socket = var/lib/xcp/xapi\n"
	conf "unknown value" 202 "$CONF:2: .*pigeon" "\ninitiator = pigeon\n"
	conf "unknown key" 202 "$CONF:1: .*speed" "speed = 5\n"
	conf "no key" 202 "$CONF:1: " "libiscsi\n"
	conf "NUL byte" 202 "$CONF" "initiator\0= libiscsi\n"
	conf "does not outweigh a missing target" 95 "" "$none" target=
	CONF=$WORK/nowhere.conf
	call sr_create target=127.0.0.1 port=1 localIQN="$INITIATOR"
	check "conf: a file that does not exist: 202" faulted 202 "nowhere.conf"
	CONF=$WORK
	call sr_create target=127.0.0.1 port=1 localIQN="$INITIATOR"
	check "conf: a directory: 202" faulted 202 "$WORK"
	CONF=$file
}

# started HOW COMMAND…: the program is run by COMMAND, not as xapi does.
started()
{
	local code=$1

	shift
	"$@" >"$WORK/stdout" 2>"$WORK/stderr"
	STATUS=$?
	ANSWER=$("$TOOLS/xapi_answer" "$WORK/stdout" 2>&1)
	ACCEPTED=$?
	faulted "$code" ""
}

all_closed()
{
	"$PROGRAM" "$1" <&- >&- 2>&-
}

odd_starts()
{
	local info

	info=$(xapi_call sr_get_driver_info)
	check "no argument: 143" started 143 "$PROGRAM"
	check "two arguments: 143" started 143 "$PROGRAM" "$info" "$info"
	check "stdin, stdout and stderr closed" all_closed "$info"
}

no_session_ever()
{
	no_session 1 && ! grep -q '[Ss]ession' "$WORK/tgtd.log"
}

tgt_target 1 "$IQN"
driver_info
check "all that only SM does: 202" unsupported "${others[@]}"
check "a command that is not one: 202" unsupported nonsense 'sr create' vdi
settings
odd_starts
check "no session at the target" no_session_ever
driver_end
