// covers: A19
// expect: AC
// gVisor keeps a number for each process's niceness, and does not heed it.
// expect@gvisor: AC WA
// Wants to be more important than others.
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
static int found;
static void never(const char *what, long result)
{
    if (result >= 0)
        found++, printf("%s\n", what);
}
int main(void)
{
    struct sched_param first = {.sched_priority = 1};
    struct { unsigned size, policy; unsigned long flags; int nice; unsigned priority; unsigned long times[3]; } deadline = {
        .size = 48, .policy = 6, .times = {1000000, 10000000, 10000000}};
    never("nice", setpriority(PRIO_PROCESS, 0, -20));
    never("nice of a group", setpriority(PRIO_PGRP, 0, -1));
    never("real time", sched_setscheduler(0, SCHED_FIFO, &first));
    never("round robin", sched_setscheduler(0, SCHED_RR, &first));
    never("deadline", syscall(SYS_sched_setattr, 0, &deadline, 0));
    never("input and output", syscall(SYS_ioprio_set, 1, 0, 1 << 13 | 0));
    if (!found)
        puts("safe");
}
