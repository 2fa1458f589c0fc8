// covers: A07
// expect: AC
// Under gVisor each system call, and the memory it touches first, takes much longer.
// expect@gvisor: AC TLE
// Makes siblings instead of children: their parent is whoever watches this program.
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>
int main(void)
{
    puts("safe");
    fflush(stdout);
    for (int i = 0; i < 8; i++)
        if (syscall(SYS_clone, CLONE_PARENT | SIGCHLD, NULL, NULL, NULL, NULL) == 0) {
            setsid();
            usleep(100000);
            for (;;)
                (void)!write(1, "junk\n", 5);
        }
}
