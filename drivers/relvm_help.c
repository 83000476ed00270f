// SPDX-License-Identifier: LGPL-2.1-only
/*
 * What relvm says about itself, from its tables of commands and options: help,
 * completion for bash, the command that a mistyped word may have meant.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "drivers/relvm_options.h"

#define COMMAND_COLUMN 18
#define OPTION_COLUMN  26

/* ---- help ---- */

/* Text of some lines from a column on; `used` columns of the first are taken. */
static void print_in_column(const char *text, int column, int used)
{
	const char *end;

	if (used >= column) {
		putchar('\n');
		used = 0;
	}
	for (; *text; text = end + (*end == '\n')) {
		end = text + strcspn(text, "\n");
		printf("%*s%.*s\n", column - used, "", (int)(end - text), text);
		used = 0;
	}
	if (used)
		putchar('\n');
}

static void print_command(const struct relvm_command_row *row)
{
	int used = printf("  %s %s", row->name, row->argument);

	print_in_column(row->help, COMMAND_COLUMN, used);
}

static void print_option(const struct relvm_option *option)
{
	int used = printf("  ");

	if (option->letter)
		used += printf("-%c, ", option->letter);
	used += printf("--%s%s%s", option->name, option->value ? " " : "",
		       option->value ? option->value : "");
	print_in_column(option->help, OPTION_COLUMN, used);
}

void relvm_show_help(const char *about)
{
	const struct relvm_command_row *one =
		about ? relvm_command_find(about) : NULL;

	printf("usage: relvm %s [OPTION]... %s\n\n",
	       one ? one->name : "COMMAND", one ? one->argument : "LUN...");
	for (size_t i = 0; relvm_commands[i].name; i++) {
		if (!one || one == &relvm_commands[i])
			print_command(&relvm_commands[i]);
	}
	puts("\n  LUN is iscsi://[user@]host[:port]/iqn/lun (its number or "
	     "SCSIid), a\n"
	     "  block device, or an image file; TARGET is "
	     "iscsi://[user@]host[:port]/iqn.\n");
	for (size_t i = 0; relvm_options[i].name; i++) {
		if (!one || (relvm_options[i].commands & 1u << one->command))
			print_option(&relvm_options[i]);
	}
	puts("\nExit status: 0 done, 1 a LUN failed, 2 wrong usage, 3 verify "
	     "found\n"
	     "errors, 4 not confirmed. See relvm(8).");
}

/* ---- completion ---- */

static void print_names(unsigned commands)
{
	for (size_t i = 0; relvm_options[i].name; i++) {
		if (relvm_options[i].commands & commands)
			printf(" --%s", relvm_options[i].name);
	}
}

/* Options with a value, as patterns of a case: files, or other values. */
static void print_values(bool files)
{
	const char *bar = "";

	for (size_t i = 0; relvm_options[i].name; i++) {
		const struct relvm_option *o = &relvm_options[i];

		if (!o->value || strchr(o->value, '|') ||
		    (strcmp(o->value, "FILE") == 0) != files)
			continue;
		printf("%s--%s", bar, o->name);
		if (o->letter)
			printf(" | -%c", o->letter);
		bar = " | ";
	}
}

static void print_choices(void)
{
	for (size_t i = 0; relvm_options[i].name; i++) {
		const struct relvm_option *o = &relvm_options[i];

		if (!o->value || !strchr(o->value, '|'))
			continue;
		printf("\t--%s)\n\t\tmapfile -t COMPREPLY < <(compgen -W \"",
		       o->name);
		for (const char *p = o->value; *p; p++)
			putchar(*p == '|' ? ' ' : *p);
		puts("\" -- \"$cur\")\n\t\treturn ;;");
	}
}

void relvm_show_completion(void)
{
	puts("# bash completion for relvm(8), as `relvm completion` prints it\n"
	     "_relvm()\n{\n"
	     "\tlocal cur=${COMP_WORDS[COMP_CWORD]} "
	     "prev=${COMP_WORDS[COMP_CWORD-1]}\n"
	     "\tlocal word options=--help command=\n"
	     "\tCOMPREPLY=()\n"
	     "\tcase $prev in");
	printf("\t");
	print_values(true);
	puts(")\n\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
	     "\t\tcompopt -o filenames 2>/dev/null\n\t\treturn ;;");
	print_choices();
	printf("\t");
	print_values(false);
	puts(")\n\t\treturn ;;\n\tesac\n"
	     "\tfor word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
	     "\t\tcase $word in");
	for (size_t i = 0; relvm_commands[i].name; i++) {
		printf("\t\t%s) command=$word options=\"",
		       relvm_commands[i].name);
		print_names(1u << relvm_commands[i].command);
		puts("\" ;;");
	}
	printf("\t\tesac\n\tdone\n"
	       "\tif [[ $cur == -* ]]; then\n"
	       "\t\tmapfile -t COMPREPLY < <(compgen -W \"$options\" -- "
	       "\"$cur\")\n"
	       "\telif [[ -z $command ]]; then\n"
	       "\t\tmapfile -t COMPREPLY < <(compgen -W \"");
	for (size_t i = 0; relvm_commands[i].name; i++)
		printf("%s ", relvm_commands[i].name);
	puts("help version\" -- \"$cur\")\n"
	     "\telse\n"
	     "\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
	     "\t\tcompopt -o filenames 2>/dev/null\n"
	     "\tfi\n}\n"
	     "complete -F _relvm relvm");
}

/* ---- commands by name ---- */

const struct relvm_command_row *relvm_command_find(const char *name)
{
	for (size_t i = 0; relvm_commands[i].name; i++) {
		if (strcmp(name, relvm_commands[i].name) == 0)
			return &relvm_commands[i];
	}
	return NULL;
}

#define WORD_MAX 15

/* How many letters are to be added, dropped, replaced or swapped with their
 * neighbour to make one word of the other (optimal string alignment). */
static size_t distance(const char *a, const char *b)
{
	size_t cost[WORD_MAX + 1][WORD_MAX + 1];
	size_t n = strlen(a), m = strlen(b);

	for (size_t i = 0; i <= n; i++) {
		for (size_t j = 0; j <= m; j++) {
			size_t best;

			if (i == 0 || j == 0) {
				cost[i][j] = i + j;
				continue;
			}
			best = cost[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
			if (cost[i - 1][j] + 1 < best)
				best = cost[i - 1][j] + 1;
			if (cost[i][j - 1] + 1 < best)
				best = cost[i][j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1] &&
			    cost[i - 2][j - 2] + 1 < best)
				best = cost[i - 2][j - 2] + 1;
			cost[i][j] = best;
		}
	}
	return cost[n][m];
}

const char *relvm_command_near(const char *name)
{
	char word[WORD_MAX + 1] = "";
	const char *near = NULL;
	size_t least = 3; /* further away is another word */

	if (strlen(name) > WORD_MAX)
		return NULL;
	for (size_t i = 0; name[i]; i++)
		word[i] = (char)tolower((unsigned char)name[i]);
	for (size_t i = 0; relvm_commands[i].name; i++) {
		size_t d = distance(word, relvm_commands[i].name);

		if (d < least) {
			least = d;
			near = relvm_commands[i].name;
		}
	}
	return near;
}
