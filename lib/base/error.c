// SPDX-License-Identifier: LGPL-2.1-only
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int error_set(struct error *err, enum error_code code, const char *fmt, ...)
{
	va_list ap;

	err->code = code;
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	return -1;
}

int error_prefix(struct error *err, const char *fmt, ...)
{
	char text[sizeof(err->text)];
	va_list ap;
	int n;

	memcpy(text, err->text, sizeof(text));
	va_start(ap, fmt);
	n = vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n < sizeof(err->text))
		snprintf(err->text + n, sizeof(err->text) - (size_t)n, "%s",
			 text);
	return -1;
}

const char *error_whose(const struct error *err)
{
	return err->code == ERROR_INTERNAL
		       ? "a fault of relvmoiscsi itself, please report it with "
			 "these words: "
		       : "";
}
