// covers: H04
// expect: AC
// Under gVisor each system call, and the memory it touches first, takes much longer.
// expect@gvisor: AC TLE
// Goes through process numbers as fast as it can, and ends while others still do.
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>
int main(void)
{
    struct timespec now;
    signal(SIGCHLD, SIG_IGN);
    puts("safe");
    fflush(stdout);
    for (int i = 0; i < 3; i++)
        if (fork() == 0)
            for (;;)
                if (vfork() == 0)
                    _exit(0);
    clock_gettime(CLOCK_MONOTONIC, &now);
    usleep(60000);
}
