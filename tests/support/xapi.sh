# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# xapi's side of a storage backend, for tests and the demo: the methodCall as
# xapi writes it, and the launch as xapi does it. To be sourced.
#
#   xapi_call COMMAND [KEY=VALUE…]  prints the call, with this device_config
#   xapi_run DIR PROGRAM CALL [NAME=VALUE…]
#                                   runs PROGRAM; its output goes to DIR/stdout
#                                   and DIR/stderr; the rest is environment
#   xapi_uuid                       a fresh uuid
#
# XAPI_SR_UUID is the SR's uuid, and XAPI_OMIT names members that are left out,
# between spaces. xapi has no XML header, no white space and no types of
# strings; the members that each command gets are those that xapi sends.

XAPI_SR_UUID=${XAPI_SR_UUID-}
XAPI_OMIT=

xapi_uuid()
{
	cat /proc/sys/kernel/random/uuid
}

# The functions down to xapi_members add to $xapi_xml.

# The replacements are quoted, for bash takes a bare & for the match.
xapi_text()
{
	local text=$1

	text=${text//&/"&amp;"}
	text=${text//</"&lt;"}
	text=${text//>/"&gt;"}
	xapi_xml+=${text//\"/"&quot;"}
}

xapi_value()
{
	if [[ -n $1 ]]; then
		xapi_xml+='<value>'
		xapi_text "$1"
		xapi_xml+='</value>'
	else
		xapi_xml+='<value/>'
	fi
}

# xapi_member NAME FUNCTION ARG…: the function adds the value
xapi_member()
{
	[[ " $XAPI_OMIT " != *" $1 "* ]] || return 0
	xapi_xml+='<member><name>'
	xapi_text "$1"
	xapi_xml+='</name>'
	"${@:2}"
	xapi_xml+='</member>'
}

# sr_create's one argument is the size.
xapi_args()
{
	if [[ $1 == sr_create ]]; then
		xapi_xml+='<value><array><data>'
		xapi_value 0
		xapi_xml+='</data></array></value>'
	else
		xapi_xml+='<value><array><data/></array></value>'
	fi
}

# xapi_map KEY=VALUE…
xapi_map()
{
	local pair

	if [[ $# -eq 0 ]]; then
		xapi_xml+='<value><struct/></value>'
		return
	fi
	xapi_xml+='<value><struct>'
	for pair in "$@"; do
		xapi_member "${pair%%=*}" xapi_value "${pair#*=}"
	done
	xapi_xml+='</struct></value>'
}

xapi_members()
{
	local command=$1 ref=OpaqueRef:a0e7d7b6-3b0f-4c5c-9f3c-6dd3ce0b8a11

	shift
	case $command in
	sr_create | sr_probe) set -- SRmaster=true "$@" ;;
	esac
	xapi_member host_ref xapi_value "$ref"
	xapi_member command xapi_value "$command"
	xapi_member args xapi_args "$command"
	xapi_member device_config xapi_map "$@"
	[[ $command != sr_get_driver_info ]] || return 0
	xapi_member session_ref xapi_value "$ref"
	case $command in
	sr_create | sr_probe) xapi_member sr_sm_config xapi_map ;;
	esac
	xapi_member subtask_of xapi_value "DummyRef:|${ref#*:}|SR.create"
	[[ $command != sr_probe ]] || return 0
	xapi_member sr_ref xapi_value "$ref"
	xapi_member sr_uuid xapi_value "$XAPI_SR_UUID"
}

xapi_call()
{
	local xapi_xml='<methodCall><methodName>'

	xapi_text "$1"
	xapi_xml+='</methodName><params><param><value><struct>'
	xapi_members "$@"
	printf '%s</struct></value></param></params></methodCall>' "$xapi_xml"
}

# stdin is open for writing only: every read of it fails, as under xapi. The
# exit status is PROGRAM's.
xapi_run()
{
	local dir=$1 program=$2 call=$3

	shift 3
	(
		trap '' PIPE
		cd / || exit
		exec env -i PATH=/sbin:/usr/sbin:/bin:/usr/bin ORIGINATOR=SM \
			"$@" "$program" "$call"
	) 0>/dev/null >"$dir/stdout" 2>"$dir/stderr"
}
