// SPDX-License-Identifier: LGPL-2.1-only
#include "sm/xml_guard.h"

#include <stdbool.h>
#include <string.h>

#include "base/utf8.h"

struct cursor {
	const char *at;
	const char *end;
};

static bool starts_with(const struct cursor *c, const char *prefix)
{
	size_t n = strlen(prefix);

	return (size_t)(c->end - c->at) >= n && memcmp(c->at, prefix, n) == 0;
}

/* Moves behind the next `stop`, or to the end if there is none. */
static void skip_past(struct cursor *c, const char *stop)
{
	size_t n = strlen(stop);
	const char *hit = memmem(c->at, (size_t)(c->end - c->at), stop, n);

	c->at = hit ? hit + n : c->end;
}

/* Moves from a start tag's name behind its '>'; true if it ends in "/>", which
 * is the whole element. A '>' inside a quoted attribute does not count. */
static bool skip_start_tag(struct cursor *c)
{
	char before = '\0';

	while (c->at < c->end) {
		char now = *c->at++;

		if (now == '>')
			return before == '/';
		if (now == '"' || now == '\'') {
			const char stop[] = { now, '\0' };

			skip_past(c, stop);
		}
		before = now;
	}
	return false;
}

const char *xml_objection(const char *xml, size_t len, unsigned max_depth)
{
	struct cursor c = { xml, xml + len };
	unsigned depth = 0;

	if (memchr(xml, '\0', len))
		return "it holds a NUL byte";
	if (!utf8_valid(xml, len))
		return "it is not UTF-8";

	while ((c.at = memchr(c.at, '<', (size_t)(c.end - c.at)))) {
		if (starts_with(&c, "<!--")) {
			c.at += 4;
			skip_past(&c, "-->");
		} else if (starts_with(&c, "<![CDATA[")) {
			skip_past(&c, "]]>");
		} else if (starts_with(&c, "<!")) {
			return "it declares a document type or an entity";
		} else if (starts_with(&c, "<?")) {
			skip_past(&c, "?>");
		} else if (starts_with(&c, "</")) {
			skip_past(&c, ">");
			if (depth > 0)
				depth--;
		} else {
			if (depth == max_depth)
				return "its elements are nested too deep";
			c.at++;
			if (!skip_start_tag(&c))
				depth++;
		}
	}
	return NULL;
}
