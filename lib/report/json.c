// SPDX-License-Identifier: LGPL-2.1-only
#include "report/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

static void add(struct json *json, const char *text)
{
	buffer_add_text(&json->text, text);
}

static void add_unit(struct json *json, uint32_t unit)
{
	buffer_printf(&json->text, "\\u%04x", unit & 0xffff);
}

static void add_character(struct json *json, uint32_t c)
{
	if (c == '"' || c == '\\') {
		const char escaped[] = { '\\', (char)c, '\0' };

		add(json, escaped);
	} else if (c >= 0x20 && c < 0x7f) {
		const char plain[] = { (char)c, '\0' };

		add(json, plain);
	} else if (c > 0xffff) {
		/* a pair of surrogates */
		add_unit(json, 0xd800 + ((c - 0x10000) >> 10));
		add_unit(json, 0xdc00 + ((c - 0x10000) & 0x3ff));
	} else {
		add_unit(json, c);
	}
}

static void add_string(struct json *json, const char *text, size_t len)
{
	add(json, "\"");
	while (len > 0) {
		uint32_t c = 0;
		size_t n = utf8_decode(text, len, &c);

		add_character(json, n ? c : 0xfffd);
		if (n == 0)
			n = 1;
		text += n;
		len -= n;
	}
	add(json, "\"");
}

/* Comma and key. */
static void begin(struct json *json, const char *key)
{
	if (json->more)
		add(json, ",");
	json->more = true;
	if (key) {
		add_string(json, key, strlen(key));
		add(json, ":");
	}
}

void json_open(struct json *json, const char *key, char bracket)
{
	begin(json, key);
	buffer_add(&json->text, &bracket, 1);
	json->more = false;
}

void json_close(struct json *json, char bracket)
{
	buffer_add(&json->text, &bracket, 1);
	json->more = true;
}

void json_text(struct json *json, const char *key, const char *text)
{
	if (!text) {
		json_none(json, key);
		return;
	}
	begin(json, key);
	add_string(json, text, strlen(text));
}

void json_number(struct json *json, const char *key, uint64_t number)
{
	begin(json, key);
	buffer_printf(&json->text, "%" PRIu64, number);
}

void json_bool(struct json *json, const char *key, bool value)
{
	begin(json, key);
	add(json, value ? "true" : "false");
}

void json_none(struct json *json, const char *key)
{
	begin(json, key);
	add(json, "null");
}

void json_uuid(struct json *json, const char *key, const struct uuid *uuid)
{
	json_text(json, key, uuid_string(uuid).chars);
}

void json_lvm_id(struct json *json, const char *key, const struct lvm_id *id)
{
	json_text(json, key, lvm_id_string(id).chars);
}

char *json_take(struct json *json)
{
	char *text;

	buffer_add(&json->text, "", 1);
	text = (char *)json->text.data;
	*json = (struct json){ 0 };
	return text;
}
