// SPDX-License-Identifier: LGPL-2.1-only
/*
 * mutate IMAGE OP [ARG…] …    changes an image in place, several OPs in order
 * mutate IMAGE -f FILE        the same; an OP a line, words apart by tabs
 *
 * Numbers are bytes from the image's start; \n in a word is a new line. The
 * checksums of LVM's structures are made right again after all but the first
 * four.
 *
 *   flip AT                 inverts one byte
 *   put AT TEXT             writes the bytes of TEXT
 *   hex AT HEX              writes bytes given as hexadecimal digits
 *   zero AT LEN
 *   copy FROM_IMAGE AT LEN  writes the bytes that the other image has there
 *   vhdsum AT               renews the checksum of the VHD header there
 *   text OLD NEW            replaces the first OLD in the VG text
 *   label AT HEX            writes bytes AT in the label's sector
 *   header AT HEX           the same in each mda_header
 *   same IMAGE              fails if the other image differs
 *   sector N, noextension, nomda, orphan, ignore MDA, older MDA, ring SPARE,
 *   wrap SECTORS, move RANDOM, noise RANDOM, precommit   see lvm_shapes.h
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../audit/bytes.h"
#include "lvm_shapes.h"

static uint64_t number(const char *text)
{
	char *end;
	unsigned long long v = strtoull(text, &end, 0);

	if (end == text || *end)
		die("not a number: %s", text);
	return v;
}

static size_t from_hex(const char *hex, uint8_t *to, size_t room)
{
	size_t n = 0;

	for (; hex[0] && hex[1]; hex += 2, n++) {
		char digits[3] = { hex[0], hex[1], 0 };

		if (n == room)
			die("too many bytes");
		to[n] = (uint8_t)strtoul(digits, NULL, 16);
	}
	return n;
}

/* ---- OPs on bytes ---- */

static void op_flip(struct edit *e, char **args)
{
	uint64_t at = number(args[0]);
	uint8_t b;

	edit_read(e, at, &b, 1);
	b = (uint8_t)~b;
	edit_write(e, at, &b, 1);
}

static void op_put(struct edit *e, char **args)
{
	edit_write(e, number(args[0]), args[1], strlen(args[1]));
}

static void op_hex(struct edit *e, char **args)
{
	uint8_t bytes[1024];

	edit_write(e, number(args[0]), bytes,
		   from_hex(args[1], bytes, sizeof(bytes)));
}

static void op_zero(struct edit *e, char **args)
{
	static const uint8_t zero[SECTOR];
	uint64_t at = number(args[0]), end = at + number(args[1]);

	for (; at < end; at += SECTOR)
		edit_write(e, at, zero, SECTOR);
}

static void op_copy(struct edit *e, char **args)
{
	uint64_t at = number(args[1]), len = number(args[2]);
	struct edit from;
	uint8_t *bytes = malloc(len);

	if (!bytes)
		die("out of memory");
	edit_open(&from, args[0]);
	edit_read(&from, at, bytes, len);
	edit_write(e, at, bytes, len);
	free(bytes);
}

static void op_vhdsum(struct edit *e, char **args)
{
	uint64_t at = number(args[0]);
	uint8_t header[1024];

	edit_read(e, at, header, sizeof(header));
	set_be32(header + 36, vhd_sum(header, sizeof(header), 36));
	edit_write(e, at, header, sizeof(header));
}

static void op_same(struct edit *e, char **args)
{
	static uint8_t a[1 << 16], b[sizeof(a)];
	struct edit other;

	edit_open(&other, args[0]);
	if (e->size != other.size)
		die("the image has another size");
	for (uint64_t at = 0; edit_next_data(e, &other, &at);) {
		size_t n = e->size - at < sizeof(a) ? (size_t)(e->size - at)
						    : sizeof(a);

		edit_read(e, at, a, n);
		edit_read(&other, at, b, n);
		if (memcmp(a, b, n) != 0)
			die("the image was changed near byte %llu",
			    (unsigned long long)at);
		at += n;
	}
}

/* ---- OPs on LVM ---- */

static void op_text(struct edit *e, char **args)
{
	if (edit_replace(e, args[0], args[1]))
		die("the VG text has no %s", args[0]);
}

static void op_label(struct edit *e, char **args)
{
	uint64_t at = number(args[0]);

	from_hex(args[1], e->label + at, SECTOR - at);
	edit_write_label(e);
}

static void op_header(struct edit *e, char **args)
{
	uint64_t at = number(args[0]);

	for (unsigned i = 0; i < e->mda_count; i++) {
		from_hex(args[1], e->mdas[i].header + at, MDA_HEADER - at);
		edit_write_header(e, i);
	}
}

static void op_sector(struct edit *e, char **args)
{
	shape_sector(e, (unsigned)number(args[0]));
}

static void op_noextension(struct edit *e, char **args)
{
	(void)args;
	shape_noextension(e);
}

static void op_nomda(struct edit *e, char **args)
{
	(void)args;
	shape_nomda(e);
}

static void op_orphan(struct edit *e, char **args)
{
	(void)args;
	shape_orphan(e);
}

static void op_ignore(struct edit *e, char **args)
{
	shape_ignore(e, (unsigned)number(args[0]));
}

static void op_older(struct edit *e, char **args)
{
	shape_older(e, (unsigned)number(args[0]));
}

static void op_ring(struct edit *e, char **args)
{
	shape_ring(e, number(args[0]));
}

static void op_wrap(struct edit *e, char **args)
{
	shape_wrap(e, number(args[0]));
}

static void op_move(struct edit *e, char **args)
{
	shape_move(e, number(args[0]));
}

static void op_noise(struct edit *e, char **args)
{
	shape_noise(e, number(args[0]));
}

static void op_precommit(struct edit *e, char **args)
{
	(void)args;
	shape_precommit(e);
}

static const struct op {
	const char *name;
	int args;
	bool on_lvm;
	void (*run)(struct edit *e, char **args);
} ops[] = {
	{ "flip", 1, false, op_flip },
	{ "put", 2, false, op_put },
	{ "hex", 2, false, op_hex },
	{ "zero", 2, false, op_zero },
	{ "copy", 3, false, op_copy },
	{ "vhdsum", 1, false, op_vhdsum },
	{ "same", 1, false, op_same },
	{ "text", 2, true, op_text },
	{ "label", 2, true, op_label },
	{ "header", 2, true, op_header },
	{ "sector", 1, true, op_sector },
	{ "noextension", 0, true, op_noextension },
	{ "nomda", 0, true, op_nomda },
	{ "orphan", 0, true, op_orphan },
	{ "ignore", 1, true, op_ignore },
	{ "older", 1, true, op_older },
	{ "ring", 1, true, op_ring },
	{ "wrap", 1, true, op_wrap },
	{ "move", 1, true, op_move },
	{ "noise", 1, true, op_noise },
	{ "precommit", 0, true, op_precommit },
};

/* Runs the OP at words[0]; how many words it took. */
static int run(struct edit *e, char **words, int left)
{
	for (size_t i = 0; i < sizeof(ops) / sizeof(*ops); i++) {
		const struct op *op = &ops[i];

		if (strcmp(words[0], op->name) != 0)
			continue;
		if (op->args >= left)
			die("%s: too few words", op->name);
		if (op->on_lvm)
			edit_load(e);
		op->run(e, words + 1);
		return 1 + op->args;
	}
	die("what is %s?", words[0]);
}

/* \n, and \\ for a backslash. */
static void unescape(char *word)
{
	char *to = word;

	for (; *word; word++) {
		if (*word == '\\' && word[1]) {
			word++;
			*to++ = *word == 'n' ? '\n' : *word;
		} else {
			*to++ = *word;
		}
	}
	*to = 0;
}

static void run_file(struct edit *e, const char *path)
{
	FILE *f = fopen(path, "re");
	char *line = NULL, *words[8];
	size_t room = 0;

	if (!f)
		die("%s: %s", path, strerror(errno));
	while (getline(&line, &room, f) > 0) {
		char *rest = line;
		int n = 0;

		line[strcspn(line, "\n")] = 0;
		while (n < 8 && (words[n] = strsep(&rest, "\t")) != NULL)
			unescape(words[n++]);
		run(e, words, n);
	}
	free(line);
	fclose(f);
}

int main(int argc, char **argv)
{
	struct edit e;

	if (argc < 3)
		die("usage: %s IMAGE OP [ARG…] … | -f FILE", argv[0]);
	edit_open(&e, argv[1]);
	if (strcmp(argv[2], "-f") == 0 && argc == 4) {
		run_file(&e, argv[3]);
		return 0;
	}
	for (int i = 2; i < argc; i++)
		unescape(argv[i]);
	for (int i = 2; i < argc;)
		i += run(&e, argv + i, argc - i);
	return 0;
}
