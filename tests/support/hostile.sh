# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# Requests that are made to break whoever reads them. To be sourced, after
# tests/support/xapi.sh:
#
#   hostile_each FUNCTION ARG…   calls FUNCTION ARG… NAME CODE REQUEST for each;
#                                CODE is the fault that must answer it
#
# None can be longer than the 128 KiB of an argument.

HOSTILE_MAX=131071

# hostile_repeat TEXT TIMES
hostile_repeat()
{
	local LC_ALL=C text=$1 len=$((${#1} * $2))

	while [[ ${#text} -lt $len ]]; do
		text+=$text
	done
	printf '%s' "${text:0:$len}"
}

# hostile_fill HEAD TEXT TAIL: TEXT as often as the longest argument has room for
hostile_fill()
{
	printf '%s%s%s' "$1" "$(hostile_repeat "$2" \
		$(((HOSTILE_MAX - ${#1} - ${#3}) / ${#2})))" "$3"
}

# hostile_put NAME CODE SED: a call of sr_create that sed has changed
hostile_put()
{
	"${hostile_to[@]}" "$1" "$2" "$(sed "$3" <<<"$hostile_call")"
}

hostile_types()
{
	local member value code

	for value in '<int>1</int>' '<boolean>1</boolean>' '<double>1</double>' \
		'<nil/>' '<array><data/></array>' '<base64>AAAA</base64>' \
		'<dateTime.iso8601>20260101T00:00:00</dateTime.iso8601>' \
		'<i8>1</i8>' '<ex:nil/>' '<surprise/>' '<int>x</int>' \
		'<int>99999999999999999999</int>'; do
		for member in command sr_uuid target; do
			code=143
			# A time is a text, but no host name.
			[[ $member != target || $value != '<date'* ]] || code=140
			hostile_put "$value for $member" "$code" \
				"s#\(<name>$member</name><value>\)[^<]*#\1$value#"
		done
		hostile_put "$value for device_config" 143 \
			"s#\(<name>device_config</name><value>\)<struct>.*\(</value></member><member><name>session_ref\)#\1$value\2#"
		hostile_put "$value for the call" 143 \
			"s#<param>.*</param>#<param><value>$value</value></param>#"
	done
}

hostile_xml()
{
	local head='<?xml version="1.0"?>' laughs='<!DOCTYPE x [<!ENTITY a "ha">' \
		last=a name

	for name in b c d e f g h i j k; do
		laughs+="<!ENTITY $name \"$(hostile_repeat "\&$last;" 10)\">"
		last=$name
	done
	laughs=${laughs//\\/}
	"${hostile_to[@]}" "a billion laughs" 143 \
		"$head$laughs]><methodCall><methodName>&k;</methodName></methodCall>"
	"${hostile_to[@]}" "an entity that is a file" 143 \
		"$head<!DOCTYPE x [<!ENTITY f SYSTEM \"file:///etc/passwd\">]><methodCall><methodName>&f;</methodName></methodCall>"
	"${hostile_to[@]}" "a document type elsewhere" 143 \
		"$head<!DOCTYPE x SYSTEM \"http://127.0.0.1:1/x\"><methodCall/>"
	"${hostile_to[@]}" "an entity of no name" 143 \
		"<methodCall><methodName>&x;</methodName></methodCall>"
	"${hostile_to[@]}" "an endless comment" 143 \
		"$(hostile_fill '<methodCall><!--' - '')"
	"${hostile_to[@]}" "an endless CDATA" 143 \
		"$(hostile_fill '<methodCall><![CDATA[' ']' '')"
	"${hostile_to[@]}" "an endless tag" 143 "$(hostile_fill '<' m '')"
	"${hostile_to[@]}" "many attributes" 143 \
		"$(hostile_fill '<methodCall ' 'a="" ' '></methodCall>')"
	"${hostile_to[@]}" "many instructions" 143 \
		"$(hostile_fill '<methodCall>' '<?a?>' '</methodCall>')"
	"${hostile_to[@]}" "deep structs" 143 \
		"$(hostile_fill '<methodCall><methodName>x</methodName><params><param>' \
			'<value><struct><member><name>a</name>' '')"
	"${hostile_to[@]}" "deep arrays" 143 "$(hostile_fill \
		'<methodCall><methodName>x</methodName><params><param>' \
		'<value><array><data>' '')"
	"${hostile_to[@]}" "deep and closed" 143 "$(hostile_fill '' '<a>' '' |
		head -c 50000)$(hostile_repeat '</a>' 16666)"
	"${hostile_to[@]}" "many parameters" 143 "$(hostile_fill \
		'<methodCall><methodName>x</methodName><params>' \
		'<param><value/></param>' '</params></methodCall>')"
	"${hostile_to[@]}" "nothing but 128 KiB of it" 143 \
		"$(hostile_fill '' '<' '')"
}

hostile_members()
{
	local head='<methodCall><methodName>sr_create</methodName><params><param><value><struct><member><name>command</name><value>sr_create</value></member>'
	local tail='</struct></value></param></params></methodCall>'

	"${hostile_to[@]}" "2000 members, none of ours" 143 "$(hostile_fill \
		"$head" '<member><name>a</name><value><int>1</int></value></member>' \
		"$tail")"
	"${hostile_to[@]}" "a member of 128 KiB" 143 "$(hostile_fill \
		"$head<member><name>host_ref</name><value>" x \
		"</value></member>$tail")"
	"${hostile_to[@]}" "a name of 128 KiB" 143 "$(hostile_fill \
		"$head<member><name>" x "</name><value/></member>$tail")"
	"${hostile_to[@]}" "character references" 143 "$(hostile_fill \
		"$head<member><name>sr_uuid</name><value>" '&#x10ffff;' \
		"</value></member>$tail")"
	"${hostile_to[@]}" "a command of 100 KiB" 202 "$(xapi_call \
		"$(hostile_repeat x 60000)")"
	hostile_put "another command after it" 143 \
		's#<member><name>command</name><value>sr_create</value></member>#&<member><name>command</name><value>sr_delete</value></member>#'
	hostile_put "2000 unknown keys, no target" 95 "s#<name>target</name>#<name>no</name>#
		s#<name>device_config</name><value><struct>#&$(hostile_repeat \
		'<member><name>a</name><value/></member>' 2000)#"
}

hostile_bytes()
{
	local bytes

	for bytes in '\xff' '\xc0\xaf' '\xed\xa0\x80' '\xf4\x90\x80\x80' \
		'\xe2\x82' '\x80' '\x01' '\x0b' '\xef\xbf\xbf'; do
		"${hostile_to[@]}" "the bytes $bytes" 143 \
			"${hostile_call/127.0.0.1/$(printf '%b' "$bytes")}"
	done
	for bytes in ISO-8859-1 UTF-16 UTF-7 EBCDIC-US x; do
		"${hostile_to[@]}" "said to be $bytes" 143 \
			"<?xml version=\"1.0\" encoding=\"$bytes\"?><methodCall>"
	done
}

hostile_each()
{
	local hostile_to=("$@") hostile_call

	hostile_call=$(xapi_call sr_create target=127.0.0.1 port=1 \
		targetIQN=iqn.2024-01.test:array SCSIid=36x \
		localIQN=iqn.2024-01.test:initiator)
	hostile_types
	hostile_xml
	hostile_members
	hostile_bytes
}
