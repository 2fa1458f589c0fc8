// covers: C03
// expect: TLE
// Fifty children one after the other, each too short to be looked at while it lives.
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>
int main(void)
{
    signal(SIGCHLD, SIG_IGN);
    for (int i = 0; i < 50; i++) {
        struct timespec now;
        pid_t child = fork();
        if (child == 0) {
            do
                clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
            while (now.tv_nsec < 20000000 && now.tv_sec == 0);
            _exit(0);
        }
        while (kill(child, 0) == 0)
            usleep(500);
    }
    puts("safe");
}
