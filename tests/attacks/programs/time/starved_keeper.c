// covers: A19 C08
// expect: TLE
// most_cpu_ms: 480
// time_ms: 400
// Makes the process that is to end it the least important of all, and leaves it no time to be ended in.
#define _GNU_SOURCE
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>
int main(void)
{
    struct sched_param none = {0};
    setpriority(PRIO_PROCESS, 1, 19);
    sched_setscheduler(1, SCHED_IDLE, &none);
    for (int i = 0; i < 24; i++)
        if (fork() == 0)
            break;
    for (volatile int i = 0;;)
        i = i + 1;
}
