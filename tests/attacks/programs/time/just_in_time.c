// covers: C07
// expect: AC
// time_ms: 400
// times: 3
// Uses four fifths of its time, and is right each time.
#include <stdio.h>
#include <time.h>
int main(void)
{
    struct timespec now;
    do
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    while (now.tv_nsec < 320000000);
    puts("safe");
}
