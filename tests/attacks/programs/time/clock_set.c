// covers: C09
// expect: AC
// Turns the clock back.
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>
static int found;
static void never(const char *what, int result)
{
    if (result >= 0)
        found++, printf("%s\n", what);
}
int main(void)
{
    struct timeval day = {86400, 0};
    struct timespec spec = {86400, 0};
    struct timex slower = {.modes = ADJ_FREQUENCY, .freq = -1000};
    never("settimeofday", settimeofday(&day, NULL));
    never("clock_settime", clock_settime(CLOCK_REALTIME, &spec));
    never("adjtimex", adjtimex(&slower));
    never("clock_adjtime", clock_adjtime(CLOCK_REALTIME, &slower));
    never("adjtime", adjtime(&day, NULL));
    never("time namespace", (int)syscall(SYS_unshare, 0x80));
    if (!found)
        puts("safe");
}
