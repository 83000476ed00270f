// SPDX-License-Identifier: LGPL-2.1-only
#include "plan/map_file.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "base/alloc.h"

#define HOW ": the old one, a blank, the new one"

static int bad_line(unsigned line, const char *why, struct error *err)
{
	return error_set(err, ERROR_BAD_VALUE, "line %u: %s", line, why);
}

/* One word; its text is inside the file and has no NUL. */
struct word {
	const char *text;
	size_t len;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Takes a line apart; false if it has more than `max` words. */
static bool split(const char *line, size_t len, struct word *words, size_t max,
		  size_t *count)
{
	size_t n = 0;

	for (size_t i = 0; i < len;) {
		size_t from;

		if (is_blank(line[i])) {
			i++;
			continue;
		}
		if (line[i] == '#')
			break;
		if (n == max)
			return false;
		for (from = i; i < len && !is_blank(line[i]);)
			i++;
		words[n++] = (struct word){ line + from, i - from };
	}
	*count = n;
	return true;
}

static bool is(const struct word *word, const char *text)
{
	return word->len == strlen(text) &&
	       memcmp(word->text, text, word->len) == 0;
}

static bool get_id(const struct word *word, struct any_id *out)
{
	struct lvm_id lvm;
	struct uuid uuid;

	if (word->len == UUID_TEXT_LEN && uuid_from_text(word->text, &uuid))
		*out = any_id_of_uuid(&uuid);
	else if (word->len == LVM_ID_TEXT_LEN &&
		 lvm_id_from_text(word->text, &lvm))
		*out = any_id_of_lvm(&lvm);
	else
		return false;
	return true;
}

/* No LVM id is, for it holds characters. */
static bool is_zero(const struct any_id *id)
{
	const struct uuid uuid = any_id_uuid(id);

	return uuid_is_zero(&uuid);
}

static bool get_number(const struct word *word, size_t *out)
{
	size_t n = 0;

	for (size_t i = 0; i < word->len; i++) {
		unsigned digit = (unsigned char)word->text[i] - '0';

		if (digit > 9 || n > ID_MAP_MAX)
			return false;
		n = n * 10 + digit;
	}
	*out = n;
	return word->len > 0;
}

static bool get_hex(const struct word *word, uint32_t *out)
{
	uint32_t n = 0;

	if (word->len != 8)
		return false;
	for (size_t i = 0; i < 8; i++) {
		char c = word->text[i];

		if (c >= '0' && c <= '9')
			n = n << 4 | (uint32_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			n = n << 4 | (uint32_t)(c - 'a' + 10);
		else
			return false;
	}
	*out = n;
	return true;
}

static int take_line(struct chosen_ids *out, const struct word *words,
		     unsigned line, struct error *err)
{
	struct chosen_id choice = { .line = line };

	if (is(&words[0], "entries")) {
		if (out->entries || !get_number(&words[1], &out->entries))
			return bad_line(line, "entries wants a number, once",
					err);
		return 0;
	}
	if (is(&words[0], "digest")) {
		if (out->has_digest || !get_hex(&words[1], &out->digest))
			return bad_line(line,
					"digest wants 8 hexadecimal digits, "
					"once",
					err);
		out->has_digest = true;
		return 0;
	}
	if (!get_id(&words[0], &choice.old) ||
	    !get_id(&words[1], &choice.new) ||
	    choice.old.is_lvm != choice.new.is_lvm)
		return bad_line(line, "not a pair of uuids or of LVM ids" HOW,
				err);
	if (is_zero(&choice.old) || is_zero(&choice.new))
		return bad_line(line, "the zero uuid is no identifier", err);
	out->items = alloc_more(out->items, out->count, sizeof(choice));
	out->items[out->count++] = choice;
	return 0;
}

static int check_once(const struct chosen_ids *ids, struct error *err)
{
	for (size_t i = 1; i < ids->count; i++) {
		const struct chosen_id *c = &ids->items[i];
		unsigned a = c[-1].line, b = c->line;

		if (any_id_compare(&c[-1].old, &c->old) == 0)
			return error_set(err, ERROR_BAD_VALUE,
					 "line %u: the old identifier stands "
					 "in line %u too",
					 a > b ? a : b, a > b ? b : a);
	}
	return 0;
}

static size_t line_len(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len && text[n] != '\n' && text[n] != ';')
		n++;
	return n;
}

static int check_whole(const struct chosen_ids *ids, struct error *err)
{
	size_t n = ids->count + ids->has_digest;

	if (ids->entries && n != ids->entries)
		return error_set(err, ERROR_BAD_VALUE,
				 "it says %zu entries and has %zu: it was cut; "
				 "xe's arguments end at a line feed, so hand "
				 "it over on one line, with ; between",
				 ids->entries, n);
	if (!ids->count)
		return error_set(err, ERROR_BAD_VALUE,
				 "it maps nothing: it is empty, or was cut at "
				 "a line feed; on one line, ; separates");
	return 0;
}

static int take_lines(struct chosen_ids *out, const char *text, size_t len,
		      struct error *err)
{
	unsigned line = 0;

	for (size_t at = 0; at < len;) {
		size_t n = line_len(text + at, len - at);
		struct word words[2];
		size_t count;

		line++;
		if (!split(text + at, n, words, 2, &count) || count == 1)
			return bad_line(line, "not two words" HOW, err);
		if (count == 2 && take_line(out, words, line, err))
			return -1;
		at += n + 1;
	}
	chosen_sort(out);
	return check_once(out, err);
}

int id_map_parse(const char *text, size_t len, struct chosen_ids *out,
		 struct error *err)
{
	struct chosen_ids ids = { 0 };

	if (len > ID_MAP_MAX)
		return error_set(err, ERROR_BAD_VALUE,
				 "the map has %zu bytes, more than %u", len,
				 ID_MAP_MAX);
	if (take_lines(&ids, text, len, err) || check_whole(&ids, err)) {
		chosen_free(&ids);
		return -1;
	}
	*out = ids;
	return 0;
}

/* ---- writing ---- */

static void write_uuids(struct buffer *out, const struct uuid *old,
			const struct uuid *new)
{
	buffer_printf(out, "%s %s\n", uuid_string(old).chars,
		      uuid_string(new).chars);
}

static void write_lvm_ids(struct buffer *out, const struct lvm_id *old,
			  const struct lvm_id *new)
{
	buffer_printf(out, "%s %s\n", lvm_id_string(old).chars,
		      lvm_id_string(new).chars);
}

void id_map_write(const struct plan *plan, struct buffer *out)
{
	const struct lvm_vg *vg = &plan->from->vg;
	size_t entries = 4 + plan->ids.vdi_count + vg->lv_count;

	buffer_add_text(out, ID_MAP_FIRST_LINE);
	buffer_printf(out, "entries %zu\n", entries);
	write_uuids(out, &plan->ids.old_sr, &plan->ids.new_sr);
	buffer_add_text(out, "# VDIs\n");
	for (size_t i = 0; i < plan->ids.vdi_count; i++)
		write_uuids(out, &plan->ids.vdis[i].old,
			    &plan->ids.vdis[i].new);
	buffer_add_text(out, "# LVM: PV, VG, LVs\n");
	write_lvm_ids(out, &vg->pv_id, &plan->ids.pv);
	write_lvm_ids(out, &vg->id, &plan->ids.vg);
	for (uint32_t i = 0; i < vg->lv_count; i++)
		write_lvm_ids(out, &vg->lvs[i].id, &plan->ids.lvs[i]);
	buffer_printf(out, "digest %08" PRIx32 "\n", plan_digest(plan));
}

char *id_map_one_line(const struct buffer *map)
{
	char *text =
		alloc_printf("%.*s", (int)map->len, (const char *)map->data);

	for (char *at = text; *at; at++) {
		if (*at == '\n')
			*at = ';';
	}
	return text;
}
