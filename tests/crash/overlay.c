// SPDX-License-Identifier: LGPL-2.1-only
#include "overlay.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EVERY 2000 /* trials a sample, besides one of each kind */

static bool put_set(FILE *f, const struct sectors *set)
{
	return set->count == 0 || fwrite(set->items, sizeof(*set->items),
					 set->count, f) == set->count;
}

bool overlay_write(const char *path, const struct sim_base *base,
		   const struct sectors *state)
{
	FILE *f = fopen(path, "we");
	bool good;

	if (!f) {
		perror(path);
		return false;
	}
	good = put_set(f, &base->changed) && put_set(f, state);
	if (fclose(f) || !good) {
		perror(path);
		return false;
	}
	return true;
}

static bool put_sector(int fd, const struct sector *s)
{
	return pwrite(fd, s->data, SECTOR, (off_t)(s->number * SECTOR)) ==
	       SECTOR;
}

bool overlay_apply(const char *overlay, const char *image)
{
	FILE *f = fopen(overlay, "re");
	int fd = open(image, O_WRONLY | O_CLOEXEC);
	bool good = f && fd >= 0;
	struct sector s;

	while (good && fread(&s, sizeof(s), 1, f) == 1)
		good = put_sector(fd, &s);
	good = good && !ferror(f);
	if (!good)
		perror(overlay);
	if (f)
		fclose(f);
	if (fd >= 0)
		close(fd);
	return good;
}

bool overlay_to_image(const char *image, const struct sim_base *base,
		      const struct sectors *state)
{
	int fd = open(image, O_WRONLY | O_CLOEXEC);
	bool good = fd >= 0;

	for (size_t i = 0; i < base->changed.count && good; i++)
		good = put_sector(fd, &base->changed.items[i]);
	for (size_t i = 0; i < state->count && good; i++)
		good = put_sector(fd, &state->items[i]);
	if (!good)
		perror(image);
	if (fd >= 0)
		close(fd);
	return good;
}

/* NAME.from, NAME.to, and NAME.sr with the new SR's uuid, the block size, and
 * whether snapshots were to be dropped. */
static void write_sample(struct suite *suite, const struct world *from,
			 const struct uuid *sr)
{
	char path[512], text[UUID_TEXT_LEN];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%u.from", suite->samples_dir,
		 suite->samples);
	overlay_write(path, suite->base, &from->state);
	snprintf(path, sizeof(path), "%s/%u.to", suite->samples_dir,
		 suite->samples);
	overlay_write(path, suite->base, &suite->disk.now);
	snprintf(path, sizeof(path), "%s/%u.sr", suite->samples_dir,
		 suite->samples);
	f = fopen(path, "we");
	if (!f) {
		perror(path);
		return;
	}
	uuid_to_text(sr, text);
	fprintf(f, "%.*s %u %s %s, %s\n", UUID_TEXT_LEN, text,
		suite->block_size, runs_dropping() ? "drop" : "keep",
		suite->name, suite->where);
	fclose(f);
	suite->samples++;
}

void overlay_sample(struct suite *suite, const struct found_state *found,
		    unsigned number)
{
	const struct world *result = &suite->worlds->items[found->result];
	unsigned kind = (found->world * 2 + found->committed) * 4 + number % 4;
	bool is_new;

	if (!suite->samples_dir)
		return;
	kind %= sizeof(suite->kinds);
	is_new = !suite->kinds[kind] && found->world < 2;
	suite->kinds[kind] = true;
	if (is_new || ++suite->since_sample == EVERY) {
		suite->since_sample = 0;
		write_sample(suite, &suite->worlds->items[result->parent],
			     &result->sr);
	}
}
