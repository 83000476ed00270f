// SPDX-License-Identifier: LGPL-2.1-only
/*
 * visible IMAGE: how long a LUN is a disk of this host, and how long of that
 * with its old identifiers. IMAGE is the file behind the LUN, so that this is
 * seen without the disk. Prints "ready"; and when a disk (sd…) has come that
 * was not there, and has gone: "N ms, of these M ms with its old identifiers".
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* The LVM label is in one of the first sectors; SRs have it in the second. */
#define LABEL_AT  512
#define LABEL_LEN 512

#define MAX_DISKS 64

/* Against hanging, should no disk come. */
#define GUARD_S 300

static char known[MAX_DISKS][32];
static unsigned known_count;

static int64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static bool is_known(const char *name)
{
	for (unsigned i = 0; i < known_count; i++) {
		if (strcmp(known[i], name) == 0)
			return true;
	}
	return false;
}

/* Finds a disk that is not known; false if there is none. */
static bool new_disk(char *name, size_t size)
{
	DIR *dir = opendir("/sys/block");
	const struct dirent *entry;
	bool found = false;

	while (dir && !found && (entry = readdir(dir))) {
		found = strncmp(entry->d_name, "sd", 2) == 0 &&
			!is_known(entry->d_name) &&
			strlen(entry->d_name) < size;
		if (found)
			strcpy(name, entry->d_name);
	}
	if (dir)
		closedir(dir);
	return found;
}

int main(int argc, char **argv)
{
	char before[LABEL_LEN], label[LABEL_LEN], disk[32], path[64];
	int64_t came, changed = 0;
	int image = argc == 2 ? open(argv[1], O_RDONLY) : -1;

	if (image < 0 || pread(image, before, LABEL_LEN, LABEL_AT) != LABEL_LEN)
		return 2;
	while (known_count < MAX_DISKS &&
	       new_disk(known[known_count], sizeof(known[0])))
		known_count++;
	alarm(GUARD_S);
	puts("ready");
	fflush(stdout);
	while (!new_disk(disk, sizeof(disk)))
		usleep(1000);
	came = now_us();
	snprintf(path, sizeof(path), "/sys/block/%s", disk);
	while (access(path, F_OK) == 0) {
		if (!changed &&
		    pread(image, label, LABEL_LEN, LABEL_AT) == LABEL_LEN &&
		    memcmp(before, label, LABEL_LEN) != 0)
			changed = now_us();
		usleep(1000);
	}
	if (!changed)
		return 1;
	printf("%lld ms, of these %lld ms with its old identifiers\n",
	       (long long)(now_us() - came) / 1000,
	       (long long)(changed - came) / 1000);
	return 0;
}
