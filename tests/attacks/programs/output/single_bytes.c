// covers: D05
// expect: WA
// Under gVisor each system call, and the memory it touches first, takes much longer.
// expect@gvisor: WA TLE
// time_ms: 5000
// Writes a million times one byte.
#include <unistd.h>
int main(void)
{
    for (int i = 0; i < 1000000; i++)
        (void)!write(1, "x", 1);
}
