// covers: C07
// expect: TLE
// time_ms: 300
// times: 3
// Uses a little more than its time, and is late each time.
#include <stdio.h>
#include <time.h>
int main(void)
{
    struct timespec now;
    do
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    while (now.tv_nsec < 330000000);
    puts("safe");
}
