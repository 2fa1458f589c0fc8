// covers: B20
// expect: AC
// memory_mib: 64
// times: 5
// Uses most of its limit, and is right each time.
#include <stdio.h>
#include <stdlib.h>
static void touch(volatile char *block, long size)
{
    for (long at = 0; at < size; at += 1024)
        block[at] = 1;
}
int main(void)
{
    char *block = malloc(60 << 20);
    touch(block, 60 << 20);
    puts(block[1 << 20] ? "safe" : "not there");
}
