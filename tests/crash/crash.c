// SPDX-License-Identifier: LGPL-2.1-only
/*
 * crash [-f] [-p] [-s SEED] [-o DIR] NAME IMAGE SUITE…
 *
 *   Tries what may go wrong during a resign of IMAGE, and judges what a new run
 *   makes of it. SUITEs: power, nested, chains, faults, clones, used, hosts,
 *   stalls.
 *   -f: in full; -p: not its variants; -o: some results go there, for judge.sh.
 *   One line a test, as tests/run.sh wants. IMAGE is read and never changed.
 *
 * crash stop IMAGE NEW_SR BLOCK_SIZE POINT   makes IMAGE what a run leaves that
 *                                            stops there (stop.h)
 * crash variant IMAGE VARIANT                makes IMAGE that variant of it
 * crash apply IMAGE OVERLAY                  puts sectors into it (overlay.h)
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "overlay.h"
#include "stop.h"
#include "suites.h"
#include "variants.h"

static bool map_image(const char *path, struct sim_base *base)
{
	struct stat status;
	void *bytes;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &status)) {
		perror(path);
		return false;
	}
	bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd,
		     0);
	close(fd);
	if (bytes == MAP_FAILED) {
		perror(path);
		return false;
	}
	/* The mapping goes with the process. */
	*base = (struct sim_base){ .bytes = bytes,
				   .size = (uint64_t)status.st_size };
	return true;
}

static bool make_variant(const char *image, const char *name)
{
	static const struct sectors none;
	const char *why = "no such variant";
	struct sim_base base;
	bool good = false;

	if (!map_image(image, &base))
		return false;
	for (unsigned v = 0; v < VARIANTS; v++) {
		if (strcmp(variant_names[v], name) == 0)
			good = variant_make(&base, (enum variant)v, &why) &&
			       overlay_to_image(image, &base, &none);
	}
	if (!good)
		fprintf(stderr, "%s %s: %s\n", image, name, why);
	sectors_free(&base.changed);
	return good;
}

static bool stop(char **args)
{
	struct sim_base base;

	return map_image(args[0], &base) &&
	       stop_at(&base, args[0], args[1],
		       (uint32_t)strtoul(args[2], NULL, 10), args[3]);
}

static int usage(void)
{
	fputs("usage: crash [-f] [-p] [-s SEED] [-o DIR] NAME IMAGE SUITE…\n"
	      "       crash stop IMAGE NEW_SR BLOCK_SIZE POINT\n"
	      "       crash variant IMAGE VARIANT\n"
	      "       crash apply IMAGE OVERLAY\n",
	      stderr);
	return 2;
}

int main(int argc, char **argv)
{
	struct options options = { .seed = 1 };
	struct sim_base base;
	bool good;
	int c;

	if (argc == 6 && strcmp(argv[1], "stop") == 0)
		return stop(argv + 2) ? 0 : 1;
	if (argc == 4 && strcmp(argv[1], "variant") == 0)
		return make_variant(argv[2], argv[3]) ? 0 : 1;
	if (argc == 4 && strcmp(argv[1], "apply") == 0)
		return overlay_apply(argv[3], argv[2]) ? 0 : 1;
	while ((c = getopt(argc, argv, "fps:o:")) != -1) {
		if (c == 'f')
			options.full = true;
		else if (c == 'p')
			options.only_plain = true;
		else if (c == 's')
			options.seed = strtoull(optarg, NULL, 10);
		else if (c == 'o')
			options.samples_dir = optarg;
		else
			return usage();
	}
	if (argc - optind < 3)
		return usage();
	options.name = argv[optind];
	if (!map_image(argv[optind + 1], &base))
		return 2;
	good = suites_run(&base, &options, argv + optind + 2);
	sectors_free(&base.changed);
	return good ? 0 : 1;
}
