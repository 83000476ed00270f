// SPDX-License-Identifier: LGPL-2.1-only
#include "xapi/reply.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "xapi/value.h"

/* An answer of xapi nests some twenty deep: methodResponse, params, param, and
 * three more for each struct within a struct. */
#define REPLY_MAX_DEPTH 48

void reply_allow_size(void)
{
	xmlrpc_limit_set(XMLRPC_XML_SIZE_LIMIT_ID, REPLY_MAX);
}

/* What must not come before the parser, which expands entities without a limit
 * and frees its tree by recursion; NULL if there is none. xapi writes no
 * comment, CDATA, document type or attribute, so that tags are plain. */
static const char *objection(const char *xml, size_t len)
{
	const char *end = xml + len;
	unsigned depth = 0;

	for (const char *at = xml;
	     (at = memchr(at, '<', (size_t)(end - at)));) {
		const char *tag = at;
		const char *close = memchr(at, '>', (size_t)(end - at));

		if (!close)
			return "it ends in the middle";
		/* Each tag is looked at once. */
		at = close;
		if (tag[1] == '?')
			continue;
		if (tag[1] == '!' || memchr(tag, '=', (size_t)(close - tag)))
			return "it holds more than elements and text";
		if (memchr(tag + 1, '<', (size_t)(close - tag - 1)))
			return "a tag is in a tag";
		if (tag[1] == '/') {
			if (depth > 0)
				depth--;
		} else if (close[-1] != '/' && ++depth > REPLY_MAX_DEPTH) {
			return "its elements are nested too deep";
		}
	}
	return NULL;
}

/* Puts question marks in place of UTF-8's characters of four bytes. */
static bool replace_beyond_ffff(char *xml, size_t len)
{
	bool found = false;

	for (size_t i = 0; i + 4 <= len; i++) {
		unsigned char lead = (unsigned char)xml[i];

		if (lead >= 0xf0 && lead <= 0xf4) {
			memset(xml + i, '?', 4);
			found = true;
		}
	}
	return found;
}

/* The parser's own words quote the text, passwords included. */
static int not_understood(struct error *err, const char *what)
{
	return error_set(err, ERROR_XAPI, "xapi's answer is refused: %s", what);
}

/* Adds one string of ErrorDescription to the words. */
static int add_word(xmlrpc_value *item, size_t index, const char *secret,
		    struct xapi_reply *out, struct error *words,
		    struct error *err)
{
	size_t len = strlen(words->text);
	char *text;

	if (value_text(item, "ErrorDescription", &text, err))
		return -1;
	if (index == 0)
		snprintf(out->code, sizeof(out->code), "%s", text);
	if (secret[0] && strstr(text, secret))
		text[0] = '\0';
	if (text[0])
		snprintf(words->text + len, sizeof(words->text) - len, "%s%s",
			 index > 1 ? ", " : " ", text);
	free(text);
	return 0;
}

static int read_failure(xmlrpc_value *answer, const char *secret,
			struct xapi_reply *out, struct error *err)
{
	struct error words = { .code = ERROR_XAPI, .text = "xapi says" };
	xmlrpc_value *list;
	size_t n;

	if (value_find(answer, "answer", "ErrorDescription", &list, err))
		return -1;
	if (!list)
		return not_understood(err, "a failure without its description");
	if (value_count(list, XMLRPC_TYPE_ARRAY, "ErrorDescription", &n, err))
		return -1;
	for (size_t i = 0; i < n; i++) {
		xmlrpc_value *item;

		if (value_item(list, i, &item, err) ||
		    add_word(item, i, secret, out, &words, err))
			return -1;
	}
	*err = words;
	return -1;
}

static int read_answer(xmlrpc_value *answer, const char *secret,
		       struct xapi_reply *out, struct error *err)
{
	xmlrpc_value *value;
	char *status;
	int rc;

	if (value_find_text(answer, "answer", "Status", &status, err))
		return -1;
	if (strcmp(status, "Success") == 0) {
		rc = value_find(answer, "answer", "Value", &value, err);
		if (rc == 0 && !value)
			rc = not_understood(err, "a success without a value");
		if (rc == 0) {
			xmlrpc_INCREF(value);
			out->value = value;
		}
	} else if (strcmp(status, "Failure") == 0) {
		rc = read_failure(answer, secret, out, err);
	} else {
		rc = not_understood(err, "its status is unknown");
	}
	free(status);
	return rc;
}

static int parse(const char *xml, size_t len, xmlrpc_value **answer,
		 struct error *err)
{
	const char *fault_text = NULL;
	int fault_code = 0;
	xmlrpc_env env;
	int rc = 0;

	xmlrpc_env_init(&env);
	xmlrpc_parse_response2(&env, xml, len, answer, &fault_code,
			       &fault_text);
	if (env.fault_occurred) {
		rc = not_understood(err, "it is no methodResponse");
	} else if (fault_text) {
		rc = error_set(err, ERROR_XAPI, "xapi answers with fault %d",
			       fault_code);
		free((char *)(uintptr_t)fault_text);
	}
	xmlrpc_env_clean(&env);
	return rc;
}

int reply_read(char *xml, size_t len, const char *secret,
	       struct xapi_reply *out, struct error *err)
{
	struct xapi_reply reply = { 0 };
	xmlrpc_value *answer;
	const char *refused = objection(xml, len);
	int rc;

	*out = reply;
	if (refused)
		return not_understood(err, refused);
	reply.altered = replace_beyond_ffff(xml, len);
	if (parse(xml, len, &answer, err))
		return -1;
	rc = read_answer(answer, secret, &reply, err);
	xmlrpc_DECREF(answer);
	*out = reply;
	return rc;
}

void reply_free(struct xapi_reply *reply)
{
	if (reply->value)
		xmlrpc_DECREF(reply->value);
	reply->value = NULL;
}
