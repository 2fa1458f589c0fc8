// covers: C06
// expect: TLE
// Works in between the scheduler's ticks and sleeps through them.
#include <stdio.h>
#include <time.h>
static long now_us(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * 1000000 + now.tv_nsec / 1000;
}
int main(void)
{
    /* Much more than the limit, by the program's own account. */
    for (long wall = now_us(CLOCK_MONOTONIC); now_us(CLOCK_PROCESS_CPUTIME_ID) < 5000000;) {
        long begun = now_us(CLOCK_MONOTONIC);
        while (now_us(CLOCK_MONOTONIC) - begun < 800)
            ;
        nanosleep(&(struct timespec){0, 100000}, NULL);
        if (now_us(CLOCK_MONOTONIC) - wall > 20000000)
            break;
    }
    puts("safe");
}
