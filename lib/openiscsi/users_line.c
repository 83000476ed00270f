// SPDX-License-Identifier: LGPL-2.1-only
#include "openiscsi/users_line.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MARK "relvmoiscsi"

/* When the process was started, in ticks since the host was; 0 if there is
 * none. The command's name may hold anything, also ')'. proc(5): field 22. */
static unsigned long long start_of(long pid)
{
	unsigned long long start = 0;
	char path[40], text[1024];
	char *field;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%ld/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	field = strrchr(text, ')');
	for (int i = 2; field && i < 22; i++)
		field = strchr(field + 1, ' ');
	if (!field || sscanf(field, "%llu", &start) != 1)
		return 0;
	return start;
}

static bool lives(const struct users_line *line)
{
	unsigned long long start = start_of(line->pid);

	if (start)
		return start == line->start;
	return kill((pid_t)line->pid, 0) == 0 || errno != ESRCH;
}

/* What is behind our process in a line. */
static struct session_traces read_traces(const char *words)
{
	struct session_traces traces = { 0 };
	unsigned number;
	char c;

	for (; *words; words += strcspn(words, " ")) {
		words += strspn(words, " ");
		if (sscanf(words, "%c%u", &c, &number) == 2) {
			if (c == 's' || c == 'S') {
				traces.session = true;
				traces.scans_itself = c == 'S';
				traces.after = number;
			} else if (c == 'l') {
				traces.lun = true;
				traces.lun_number = number;
			}
		} else if (*words == 'r') {
			traces.record = true;
		}
	}
	return traces;
}

struct users_line users_line_read(const char *text)
{
	struct users_line line = { .kind = USER_NOBODY };
	int end = 0;

	if (strlen(text) < UUID_TEXT_LEN || !uuid_from_text(text, &line.user))
		return line;
	line.kind = USER_OTHER;
	text += UUID_TEXT_LEN;
	if (sscanf(text, " " MARK " %ld %llu%n", &line.pid, &line.start,
		   &end) != 2 ||
	    line.pid <= 0 || line.start == 0)
		return line;
	line.kind = lives(&line) ? USER_OURS : USER_DEAD;
	line.traces = read_traces(text + end);
	return line;
}

struct users_line users_line_new(const struct uuid *user)
{
	struct users_line line = {
		.kind = USER_OURS,
		.user = *user,
		.pid = getpid(),
	};

	line.start = start_of(line.pid);
	return line;
}

/* The longest has 103 bytes before the dot. */
void users_line_print(const struct users_line *line, char out[USERS_LINE_LEN])
{
	const struct session_traces *traces = &line->traces;
	char session[16] = "", lun[16] = "", text[USERS_LINE_LEN + 32];
	char uuid[UUID_TEXT_LEN];
	int n;

	uuid_to_text(&line->user, uuid);
	if (traces->session)
		snprintf(session, sizeof(session), " %c%u",
			 traces->scans_itself ? 'S' : 's', traces->after);
	if (traces->lun)
		snprintf(lun, sizeof(lun), " l%u", traces->lun_number);
	n = snprintf(text, sizeof(text), "%.*s " MARK " %ld %llu%s%s%s",
		     UUID_TEXT_LEN, uuid, line->pid, line->start, session,
		     traces->record ? " r" : "", lun);
	memset(out, ' ', USERS_LINE_LEN);
	memcpy(out, text,
	       n < USERS_LINE_LEN - 3 ? (size_t)n : USERS_LINE_LEN - 3);
	out[USERS_LINE_LEN - 2] = '.';
	out[USERS_LINE_LEN - 1] = '\n';
}
