// covers: E25
// expect: AC
// Exact clocks are allowed; that they tell of the neighbours' load is known.
#include <stdio.h>
#include <time.h>
#include <x86intrin.h>
int main(void)
{
    struct timespec one, other;
    clock_gettime(CLOCK_MONOTONIC, &one);
    unsigned long long ticks = __rdtsc();
    do
        clock_gettime(CLOCK_MONOTONIC, &other);
    while (other.tv_sec == one.tv_sec && other.tv_nsec - one.tv_nsec < 100000);
    puts(__rdtsc() > ticks ? "safe" : "no clock");
}
