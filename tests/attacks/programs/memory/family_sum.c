// covers: B05
// expect: MLE
// Under gVisor each system call, and the memory it touches first, takes much longer.
// expect@gvisor: MLE TLE
// memory_mib: 60
// Four children of which each alone fits into the limit.
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
static void touch(volatile char *block, long size)
{
    for (long at = 0; at < size; at += 1024)
        block[at] = 1;
}
int main(void)
{
    for (int i = 0; i < 4; i++)
        if (fork() == 0) {
            touch(malloc(24 << 20), 24 << 20);
            usleep(300000);
            _exit(0);
        }
    while (wait(NULL) > 0)
        ;
    puts("safe");
}
