// covers: A19 H11
// expect: AC
// At level local no control group binds a run to its core, only a mask that a program may change.
// expect@local: AC WA
// Wants the cores that other slots' runs are measured on.
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
int main(void)
{
    cpu_set_t all, mine;
    for (int i = 0; i < CPU_SETSIZE; i++)
        CPU_SET(i, &all);
    sched_setaffinity(0, sizeof(all), &all);
    sched_getaffinity(0, sizeof(mine), &mine);
    printf(CPU_COUNT(&mine) == 1 ? "safe\n" : "%d cores\n", CPU_COUNT(&mine));
}
