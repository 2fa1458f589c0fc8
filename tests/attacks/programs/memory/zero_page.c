// covers: B04
// expect: AC
// gVisor has no page of zeros that is there once: what is read takes memory too.
// expect@gvisor: AC MLE
// memory_mib: 32
// time_ms: 1500
// Reads a gigabyte that was never written to: one page of zeros, many times.
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/mman.h>
int main(void)
{
    const size_t size = 1ul << 30;
    long sum = 0;
    const volatile char *zeros = mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    madvise((void *)zeros, size, MADV_NOHUGEPAGE);
    for (size_t i = 0; i < size; i += 4096)
        sum += zeros[i];
    puts(sum == 0 ? "safe" : "not zero");
}
