// covers: B09
// expect: MLE
// memory_mib: 32
// Level local watches processes, and a file in memory is in none.
// expect@local: MLE AC RTE
// Fills files that are in memory and in no folder.
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
static char block[1 << 20];
int main(void)
{
    memset(block, 1, sizeof(block));
    for (int i = 0; i < 256; i++)
        (void)!write(memfd_create("bomb", 0), block, sizeof(block));
    puts("safe");
}
