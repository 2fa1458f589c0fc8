// covers: B06
// expect: AC
// Level local has no control group: what processes share is counted for each of them.
// expect@local: AC MLE
// memory_mib: 60
// Four children that share what their parent wrote: it is there once.
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
    char *shared = malloc(32 << 20);
    touch(shared, 32 << 20);
    for (int i = 0; i < 4; i++)
        if (fork() == 0) {
            long sum = 0;
            for (long at = 0; at < 32 << 20; at += 64)
                sum += shared[at];
            usleep(50000);
            _exit(sum == 0);
        }
    while (wait(NULL) > 0)
        ;
    puts("safe");
}
