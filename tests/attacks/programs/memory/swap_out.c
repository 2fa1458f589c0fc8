// covers: B18
// expect: MLE
// memory_mib: 32
// Twice its limit, then asleep: with swap it would seem to fit.
#include <stdlib.h>
#include <stdio.h>
#include <unistd.h>
static void touch(volatile char *block, long size)
{
    for (long at = 0; at < size; at += 1024)
        block[at] = 1;
}
int main(void)
{
    for (int i = 0; i < 64; i++)
        touch(malloc(1 << 20), 1 << 20);
    usleep(100000);
    puts("safe");
}
