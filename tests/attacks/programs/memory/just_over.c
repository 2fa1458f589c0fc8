// covers: B20
// expect: MLE
// memory_mib: 64
// times: 5
// Uses a little more than its limit, and is wrong each time.
#include <stdio.h>
#include <stdlib.h>
static void touch(volatile char *block, long size)
{
    for (long at = 0; at < size; at += 1024)
        block[at] = 1;
}
int main(void)
{
    char *block = malloc(66 << 20);
    touch(block, 66 << 20);
    puts(block[1 << 20] ? "safe" : "not there");
    fflush(stdout);
    /* The level without control groups looks at processes every few milliseconds. */
    for (volatile int i = 0; i < 20000000; i = i + 1)
        ;
}
