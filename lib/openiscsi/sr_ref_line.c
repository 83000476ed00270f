// SPDX-License-Identifier: LGPL-2.1-only
/*
 * A line of ours in the storage manager's file: a user's uuid, and behind it
 * what the storage manager keeps and does not look at:
 *
 *   <uuid> relvmoiscsi <pid> <start> [s] [o] [l<session>:<lun>] [r<record>] … .
 *
 * start: of the process, as of /proc/<pid>/stat, for numbers are used again.
 * The letters are what struct sr_ref_made has. Blanks fill the line up, to
 * change it in place; the dot keeps the storage manager from taking them off.
 */
#include "openiscsi/sr_ref.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text_file.h"

#define MARK "relvmoiscsi"

/* When the process was started, in ticks since the host was; 0 if there is
 * none. The command's name may hold anything, also ')'. proc(5): field 22. */
static unsigned long long start_of(long pid)
{
	unsigned long long start = 0;
	char path[40], text[1024];
	char *field;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%ld/stat", pid);
	n = file_begin(AT_FDCWD, path, text, sizeof(text) - 1);
	text[n > 0 ? n : 0] = '\0';
	field = strrchr(text, ')');
	for (int i = 2; field && i < 22; i++)
		field = strchr(field + 1, ' ');
	if (!field || sscanf(field, "%llu", &start) != 1)
		return 0;
	return start;
}

static bool lives(long pid, unsigned long long since)
{
	unsigned long long start = start_of(pid);

	if (start)
		return start == since;
	return kill((pid_t)pid, 0) == 0 || errno != ESRCH;
}

/* What is behind the process in a line. */
static void read_made(const char *words, struct sr_ref_made *made)
{
	*made = (struct sr_ref_made){ 0 };
	for (; *words; words += strcspn(words, " ")) {
		words += strspn(words, " ");
		if (words[0] == 's')
			made->session = true;
		else if (words[0] == 'o')
			made->ours = true;
		else if (words[0] == 'r')
			snprintf(made->record, sizeof(made->record), "%.*s",
				 (int)strcspn(words + 1, " "), words + 1);
		else if (sscanf(words, "l%u:%u", &made->session_number,
				&made->number) == 2)
			made->lun = true;
	}
}

enum sr_ref_kind sr_ref_line_read(const char *text, struct uuid *user,
				  struct sr_ref_made *made)
{
	unsigned long long start;
	int end = 0;
	long pid;

	if (strlen(text) < UUID_TEXT_LEN || !uuid_from_text(text, user))
		return SR_REF_NOBODY;
	text += UUID_TEXT_LEN;
	if (sscanf(text, " " MARK " %ld %llu%n", &pid, &start, &end) != 2 ||
	    pid <= 0 || start == 0)
		return SR_REF_OTHER;
	read_made(text + end, made);
	return lives(pid, start) ? SR_REF_OURS : SR_REF_DEAD;
}

/* The longest has 187 bytes before the dot. */
void sr_ref_line_print(const struct sr_ref *self, char out[SR_REF_LINE_LEN])
{
	const struct sr_ref_made *made = &self->made;
	char lun[32] = "", text[SR_REF_LINE_LEN + 32];
	char uuid[UUID_TEXT_LEN];
	int n;

	uuid_to_text(&self->us, uuid);
	if (made->lun)
		snprintf(lun, sizeof(lun), " l%u:%u", made->session_number,
			 made->number);
	n = snprintf(text, sizeof(text), "%.*s " MARK " %ld %llu%s%s%s%s%s",
		     UUID_TEXT_LEN, uuid, (long)getpid(), start_of(getpid()),
		     made->session ? " s" : "", made->ours ? " o" : "", lun,
		     made->record[0] ? " r" : "", made->record);
	memset(out, ' ', SR_REF_LINE_LEN);
	memcpy(out, text,
	       n < SR_REF_LINE_LEN - 3 ? (size_t)n : SR_REF_LINE_LEN - 3);
	out[SR_REF_LINE_LEN - 2] = '.';
	out[SR_REF_LINE_LEN - 1] = '\n';
}
