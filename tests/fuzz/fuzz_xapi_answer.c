// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What xapi answers: HTTP, in it JSON or XML, in it records of SRs and PBDs.
 * Input: u8 which of them, then the text.
 */
#include "tests/fuzz/fuzz.h"
#include "xapi/records.h"
#include "xapi/reply.h"
#include "xapi/transport.h"

enum { HTTP = 1, XML = 2 };

static void check_value(json_t *value)
{
	struct records records = { 0 };
	struct error err;
	const char *ref;
	json_t *record;

	records_read(&record_sr, value, &records.srs, &err);
	json_object_foreach(records.srs, ref, record)
	{
		MUST(ref && value_get(record, "uuid") &&
		     value_get(record, "name_label") &&
		     value_get(record, "type"));
	}
	records_read(&record_pbd, value, &records.pbds, &err);
	json_object_foreach(records.pbds, ref, record)
	{
		MUST(value_get(record, "SR") && value_get(record, "host") &&
		     json_is_object(json_object_get(record, "device_config")));
	}
	records_free(&records);
}

static void check_reply(const char *text, size_t len, bool xml)
{
	struct xapi_reply reply;
	struct error err;
	int failed = xml ? reply_read_xml(text, len, "secret", &reply, &err)
			 : reply_read_json(text, len, "secret", &reply, &err);

	MUST(memchr(reply.code, 0, sizeof(reply.code)));
	if (failed) {
		MUST(err.code == ERROR_XAPI);
		MUST(!strstr(err.text, "secret"));
		return;
	}
	MUST(reply.value);
	check_value(reply.value);
	reply_free(&reply);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct http_reply reply = { .status = 0 };
	struct error err;
	bool xml;

	if (size < 1)
		return 0;
	xml = data[0] & XML;
	buffer_add(&reply.bytes, data + 1, size - 1);
	if (!(data[0] & HTTP)) {
		char *text = (char *)exact_copy(data + 1, size - 1, 0);

		check_reply(text, size - 1, xml);
		free(text);
	} else if (!http_reply_parse(&reply, &err)) {
		MUST(reply.body_len <= size - 1);
		check_reply(reply.body, reply.body_len, xml);
	}
	http_reply_free(&reply);
	return 0;
}
