// SPDX-License-Identifier: LGPL-2.1-only
#include "base/scsi_id.h"

#include <ctype.h>
#include <string.h>

/* Binary designators, of which one LUN has several of different lengths. */
#define EUI64 '2'
#define NAA   '3'

bool scsi_id_valid(const char *text)
{
	size_t n = 0;

	for (; text[n]; n++) {
		unsigned char c = (unsigned char)text[n];

		if (n == SCSI_ID_SIZE - 1 || c <= ' ' || c == 0x7f || c == '/')
			return false;
	}
	return isalnum((unsigned char)text[0]);
}

void lun_names_set(struct lun_names *names, const char *name)
{
	*names = (struct lun_names){ .all = "" };
	strncat(names->scsi_id.text, name, SCSI_ID_SIZE - 1);
	names->old_scsi_id = names->scsi_id;
	strcpy(names->all, names->scsi_id.text);
}

const char *lun_names_next(const struct lun_names *names, const char *name)
{
	const char *next = name ? name + strlen(name) + 1 : names->all;

	return *next ? next : NULL;
}

const char *lun_names_best(const struct lun_names *names)
{
	return names->all;
}

static bool same_kind(const char *a, const char *b)
{
	if (a[0] != b[0])
		return false;
	if (a[0] == EUI64 || a[0] == NAA)
		return strlen(a) == strlen(b) && (a[0] != NAA || a[1] == b[1]);
	return true;
}

bool lun_names_have(const struct lun_names *names, const char *name)
{
	const char *own = NULL;

	while ((own = lun_names_next(names, own))) {
		if (strcasecmp(own, name) == 0)
			return true;
	}
	return false;
}

static bool in_word(char c)
{
	return isalnum((unsigned char)c);
}

static const char *skip_gap(const char *text)
{
	while (*text && !in_word(*text))
		text++;
	return text;
}

/* Whether `text` begins with all words of `words`. */
static bool begins_with(const char *text, const char *words)
{
	for (words = skip_gap(words); *words; words++, text++) {
		if (in_word(*words) != in_word(*text))
			return false;
		if (!in_word(*words)) {
			words = skip_gap(words);
			text = skip_gap(text);
			if (!*words)
				break;
		}
		if (tolower((unsigned char)*words) !=
		    tolower((unsigned char)*text))
			return false;
	}
	return !in_word(*text);
}

static bool has_words(const char *text, const char *words)
{
	for (text = skip_gap(text); *text; text = skip_gap(text)) {
		if (begins_with(text, words))
			return true;
		while (in_word(*text))
			text++;
	}
	return false;
}

/* The number of a binary designator alone, as in wwn-0x<number> and
 * naa.<number>. */
static bool has_number(const char *text, const char *name)
{
	const char *number = name + 1;

	if ((*name != NAA && *name != EUI64) || strlen(number) < 16)
		return false;
	for (text = skip_gap(text); *text; text = skip_gap(text)) {
		if (begins_with(text, number) ||
		    (strncasecmp(text, "0x", 2) == 0 &&
		     begins_with(text + 2, number)))
			return true;
		while (in_word(*text))
			text++;
	}
	return false;
}

bool lun_names_in(const struct lun_names *names, const char *text)
{
	const char *name = NULL;

	while ((name = lun_names_next(names, name))) {
		if (has_words(text, name) || has_number(text, name))
			return true;
	}
	return false;
}

bool lun_names_can_tell(const struct lun_names *names, const char *scsi_id)
{
	const char *name = NULL;

	while ((name = lun_names_next(names, name))) {
		if (same_kind(name, scsi_id))
			return true;
	}
	return false;
}

bool lun_names_same(const struct lun_names *a, const struct lun_names *b)
{
	const char *best = NULL, *name = NULL;

	do
		best = lun_names_next(a, best);
	while (best && !lun_names_can_tell(b, best));
	while (best && (name = lun_names_next(a, name))) {
		if (same_kind(name, best) && lun_names_have(b, name))
			return true;
	}
	return false;
}

int lun_names_check(const struct lun_names *names, const struct lun_names *now,
		    struct error *err)
{
	if (lun_names_same(names, now))
		return 0;
	return error_set(err, ERROR_IN_USE,
			 "the array has mapped another LUN to this number: it "
			 "was SCSIid %.80s and is %.80s now",
			 lun_names_best(names),
			 lun_names_best(now)[0] ? lun_names_best(now)
						: "without any");
}
