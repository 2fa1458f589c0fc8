// covers: B03
// expect: AC
// memory_mib: 32
// Reserves a terabyte of addresses and uses two pages of it.
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/mman.h>
int main(void)
{
    const size_t size = 1ul << 40;
    char *land = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (land == MAP_FAILED)
        return 1;
    land[0] = land[size - 1] = 1;
    puts("safe");
}
