// covers: A22
// expect: AC
// Adopts orphans, outlives its parent, and wants no word of its parent's death.
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>
int main(void)
{
    puts("safe");
    fflush(stdout);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    prctl(PR_SET_PDEATHSIG, 0);
    for (int i = 0; i < 3; i++)
        if (fork() == 0) {
            prctl(PR_SET_PDEATHSIG, 0);
            signal(SIGHUP, SIG_IGN);
            setsid();
            if (fork() > 0)
                _exit(0);
            for (;;)
                pause();
        }
}
