// covers: B19
// expect: MLE
// memory_mib: 32
// Lets a child run out of memory, and answers as if nothing had been.
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
    if (fork() == 0)
        for (;;)
            touch(malloc(1 << 20), 1 << 20);
    wait(NULL);
    puts("safe");
}
