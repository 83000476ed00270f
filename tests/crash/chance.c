// SPDX-License-Identifier: LGPL-2.1-only
#include "chance.h"

#include <string.h>
#include <time.h>
#include <uuid/uuid.h>

static struct chance first;
static struct chance *used = &first;
static void (*sleeping)(void);

void chance_seed(struct chance *chance, uint64_t seed)
{
	chance->seed = chance->state = seed;
}

/* splitmix64 */
uint64_t chance_next(struct chance *chance)
{
	uint64_t z = chance->state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

uint64_t chance_below(struct chance *chance, uint64_t n)
{
	return chance_next(chance) % n;
}

void chance_use(struct chance *chance)
{
	used = chance ? chance : &first;
}

struct chance *chance_used(void)
{
	return used;
}

void chance_on_sleep(void (*sleep)(void))
{
	sleeping = sleep;
}

void chance_restart(void)
{
	used->state = used->seed;
}

static void fill(void *to, size_t len)
{
	uint8_t *p = to;

	while (len) {
		uint64_t value = chance_next(used);
		size_t n = len < sizeof(value) ? len : sizeof(value);

		memcpy(p, &value, n);
		p += n;
		len -= n;
	}
}

/* These take the place of libuuid's and the C library's. */

void uuid_generate_random(uuid_t out)
{
	fill(out, 16);
	out[6] = (unsigned char)((out[6] & 0x0f) | 0x40);
	out[8] = (unsigned char)((out[8] & 0x3f) | 0x80);
}

int nanosleep(const struct timespec *wanted, struct timespec *left)
{
	(void)wanted;
	(void)left;
	if (sleeping)
		sleeping();
	return 0;
}
