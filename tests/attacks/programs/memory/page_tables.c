// covers: B15
// expect: MLE
// memory_mib: 32
// time_ms: 2000
// At level local the watched size of a process leaves its page tables out.
// expect@local: MLE AC TLE
// Touches one page in each two megabytes: the tables that lead there take as much again.
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/mman.h>
int main(void)
{
    const size_t size = 64ul << 30;
    char *land = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (land == MAP_FAILED)
        return 1;
    madvise(land, size, MADV_NOHUGEPAGE);
    for (size_t at = 0; at < size; at += 2 << 20)
        (void)*(volatile char *)(land + at);
    for (size_t at = 0; at < size; at += 2 << 20)
        land[at] = 1;
    puts("safe");
}
