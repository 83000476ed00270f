// SPDX-License-Identifier: LGPL-2.1-only
#include "turns.h"

#include <stdlib.h>
#include <ucontext.h>

#include "chance.h"

#define STACK 524288

/* What another host gets done while one sleeps for 200 ms. */
#define CALLS_IN_A_SLEEP 8

static struct {
	struct sim_disk *disk;
	struct turns_host *hosts;
	bool timely;
	ucontext_t scheduler, contexts[TURNS_HOSTS];
	void *stacks[TURNS_HOSTS];
	struct chance *chances[TURNS_HOSTS];
	unsigned current;
	bool asleep[TURNS_HOSTS];
} turns;

static void give_turn_back(void)
{
	unsigned me = turns.current;

	turns.chances[me] = chance_used();
	swapcontext(&turns.contexts[me], &turns.scheduler);
	chance_use(turns.chances[me]);
}

static void before_call(void)
{
	turns.hosts[turns.current].calls++;
	give_turn_back();
}

static void sleep_a_while(void)
{
	if (!turns.timely)
		return;
	turns.asleep[turns.current] = true;
	give_turn_back();
}

static void host_main(void)
{
	struct turns_host *host = &turns.hosts[turns.current];

	host->failed = run_resign(turns.disk, &host->run, &host->err);
	host->over = true;
}

static void resume(unsigned host)
{
	turns.current = host;
	turns.disk->host = host + 1;
	swapcontext(&turns.scheduler, &turns.contexts[host]);
}

static void one_call(unsigned host)
{
	if (turns.hosts[host].over)
		return;
	resume(host);
	while (turns.asleep[host] && !turns.hosts[host].over) {
		unsigned other = 1 - host;

		turns.asleep[host] = false;
		for (unsigned i = 0; i < CALLS_IN_A_SLEEP; i++) {
			if (turns.hosts[other].over)
				break;
			/* Two sleepers take turns. */
			resume(other);
			turns.asleep[other] = false;
		}
		resume(host);
	}
}

void turns_start(struct sim_disk *disk, struct turns_host hosts[TURNS_HOSTS],
		 bool timely)
{
	turns.disk = disk;
	turns.hosts = hosts;
	turns.timely = timely;
	disk->before_call = before_call;
	chance_on_sleep(sleep_a_while);
	for (unsigned i = 0; i < TURNS_HOSTS; i++) {
		ucontext_t *context = &turns.contexts[i];

		if (!turns.stacks[i])
			turns.stacks[i] = must_have(malloc(STACK));
		hosts[i].over = false;
		hosts[i].calls = 0;
		hosts[i].err.text[0] = '\0';
		turns.asleep[i] = false;
		getcontext(context);
		context->uc_stack.ss_sp = turns.stacks[i];
		context->uc_stack.ss_size = STACK;
		context->uc_link = &turns.scheduler;
		makecontext(context, host_main, 0);
		resume(i); /* up to its first call */
	}
}

void turns_go(unsigned host, unsigned calls)
{
	for (unsigned i = 0; i < calls && !turns.hosts[host].over; i++)
		one_call(host);
}

void turns_finish(void)
{
	for (unsigned i = 0; i < TURNS_HOSTS; i++) {
		while (!turns.hosts[i].over)
			one_call(i);
	}
	turns.disk->before_call = NULL;
	turns.disk->host = 1;
	chance_on_sleep(NULL);
}
