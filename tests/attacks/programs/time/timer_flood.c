// covers: C05
// expect: TLE
// Has the kernel interrupt it as often as it can.
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
static void nothing(int number) { (void)number; }
int main(void)
{
    struct itimerspec often = {{0, 1}, {0, 1}};
    for (int i = 0; i < 200; i++) {
        struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN + i % 20};
        timer_t timer;
        signal(event.sigev_signo, nothing);
        if (timer_create(CLOCK_MONOTONIC, &event, &timer) == 0)
            timer_settime(timer, 0, &often, NULL);
    }
    for (;;)
        pause();
}
