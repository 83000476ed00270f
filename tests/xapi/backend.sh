# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-only
#
# What a storage backend that is a script needs. To be sourced.
#
#   backend_call XML      keeps the call; sets COMMAND
#   member NAME           prints a member of the call, or of its maps
#   answer_fault NUMBER TEXT, answer_nil, answer_string TEXT
#   answer_driver NAME [CAPABILITY…]

backend_call()
{
	CALL=$1
	# shellcheck disable=SC2034 # for who sources this
	COMMAND=$(member command)
}

member()
{
	xmllint --xpath "string(//member[name='$1']/value)" - <<<"$CALL" 2>&1
}

escaped()
{
	sed -e 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g' <<<"$1"
}

answer()
{
	printf '<?xml version="1.0"?>\n<methodResponse>%s</methodResponse>\n' \
		"$1"
}

answer_value()
{
	answer "<params><param><value>$1</value></param></params>"
}

answer_nil()
{
	answer_value '<nil/>'
}

answer_string()
{
	answer_value "<string>$(escaped "$1")</string>"
}

answer_fault()
{
	answer "<fault><value><struct><member><name>faultCode</name><value>
<int>$1</int></value></member><member><name>faultString</name><value><string>$(
		escaped "$2")</string></value></member></struct></value></fault>"
}

answer_driver()
{
	local name=$1 field fields='' capabilities=''

	shift
	for field in "name:$name" "description:$name, for tests" vendor:tests \
		copyright:none driver_version:1.0 required_api_version:1.0; do
		fields+="<member><name>${field%%:*}</name><value><string>$(
			escaped "${field#*:}")</string></value></member>"
	done
	for field in "$@"; do
		capabilities+="<value><string>$field</string></value>"
	done
	answer_value "<struct>$fields<member><name>capabilities</name><value>\
<array><data>$capabilities</data></array></value></member>\
<member><name>configuration</name><value><array><data></data></array>\
</value></member></struct>"
}
