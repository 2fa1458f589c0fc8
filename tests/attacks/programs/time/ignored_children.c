// covers: C03
// expect: TLE
// Children that are never reaped do the work.
#include <signal.h>
#include <unistd.h>
int main(void)
{
    signal(SIGCHLD, SIG_IGN);
    for (;;)
        if (fork() == 0) {
            for (volatile int i = 0; i < 50000000; i = i + 1)
                ;
            _exit(0);
        } else
            usleep(30000);
}
