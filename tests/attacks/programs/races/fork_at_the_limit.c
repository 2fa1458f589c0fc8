// covers: H04 A04
// expect: TLE
// Uses up its time, and forks without an end just when it is to be killed.
#include <signal.h>
#include <time.h>
#include <unistd.h>
int main(void)
{
    struct timespec now;
    signal(SIGCHLD, SIG_IGN);
    do
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    while (now.tv_nsec < 290000000);
    for (;;)
        if (fork() == 0) {
            setsid();
            if (fork() == 0)
                for (;;)
                    ;
            _exit(0);
        }
}
