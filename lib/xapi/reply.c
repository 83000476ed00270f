// SPDX-License-Identifier: LGPL-2.1-only
#include "xapi/reply.h"

#include <stdio.h>
#include <string.h>

#include "rpc/xml.h"

/* A parser's own words quote the text, passwords included. */
static int not_understood(struct xapi_reply *out, struct error *err,
			  const char *what)
{
	out->unreadable = true;
	return error_set(err, ERROR_XAPI, "xapi's answer is refused: %s", what);
}

/* Adds one string of an error's description to the words. */
static void add_word(const char *text, size_t index, const char *secret,
		     struct xapi_reply *out, struct error *err)
{
	size_t len = strlen(err->text);

	if (index == 0)
		snprintf(out->code, sizeof(out->code), "%s", text);
	if (text[0] && !(secret[0] && strstr(text, secret)))
		snprintf(err->text + len, sizeof(err->text) - len, "%s%s",
			 index > 1 ? ", " : " ", text);
}

/* The list is the code and its parameters. */
static int read_failure(const json_t *list, const char *secret,
			struct xapi_reply *out, struct error *err)
{
	if (!json_is_array(list))
		return not_understood(out, err,
				      "a failure without its description");
	error_set(err, ERROR_XAPI, "xapi says");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *text = json_string_value(json_array_get(list, i));

		if (!text)
			return not_understood(
				out, err, "a description that is no strings");
		add_word(text, i, secret, out, err);
	}
	return -1;
}

/* The struct of Status and Value, or of Status and ErrorDescription. */
static int read_status(const json_t *answer, const char *secret,
		       struct xapi_reply *out, struct error *err)
{
	const char *status = value_get(answer, "Status");

	if (!status)
		return not_understood(out, err, "it has no Status");
	if (strcmp(status, "Failure") == 0)
		return read_failure(json_object_get(answer, "ErrorDescription"),
				    secret, out, err);
	if (strcmp(status, "Success") != 0)
		return not_understood(out, err, "its Status is unknown");
	out->value = json_incref(json_object_get(answer, "Value"));
	return out->value
		       ? 0
		       : not_understood(out, err, "a success without a value");
}

int reply_read_xml(const char *text, size_t len, const char *secret,
		   struct xapi_reply *out, struct error *err)
{
	const char *refused;
	json_t *answer;
	int rc;

	*out = (struct xapi_reply){ 0 };
	refused = rpc_read_response(text, len, &answer);
	if (refused)
		return not_understood(out, err, refused);
	rc = read_status(answer, secret, out, err);
	json_decref(answer);
	return rc;
}

/* The first xapis with JSON put the struct of XML-RPC into `result`. */
static bool has_status(const json_t *result)
{
	return json_object_size(result) == 2 &&
	       json_object_get(result, "Status") &&
	       (json_object_get(result, "Value") ||
		json_object_get(result, "ErrorDescription"));
}

int reply_read_json(const char *text, size_t len, const char *secret,
		    struct xapi_reply *out, struct error *err)
{
	json_t *root = json_loadb(text, len, 0, NULL);
	json_t *result = json_object_get(root, "result");
	json_t *error = json_object_get(root, "error");
	int rc = 0;

	*out = (struct xapi_reply){ 0 };
	if (!json_is_object(root))
		rc = not_understood(out, err, "it is not JSON-RPC");
	else if (error && !json_is_null(error))
		rc = read_failure(error, secret, out, err);
	else if (has_status(result))
		rc = read_status(result, secret, out, err);
	else if (!result)
		rc = not_understood(out, err, "it has no result");
	else
		out->value = json_incref(result);
	json_decref(root);
	return rc;
}

void reply_free(struct xapi_reply *reply)
{
	json_decref(reply->value);
	reply->value = NULL;
}
