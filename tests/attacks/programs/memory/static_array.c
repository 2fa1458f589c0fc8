// covers: B01
// expect: MLE
// Under gVisor each system call, and the memory it touches first, takes much longer.
// expect@gvisor: MLE TLE
// Touches a static array larger than the memory limit, which costs nothing in the program file.
#include <stdio.h>
static volatile char array[700 << 20];
int main(void)
{
    for (long i = 0; i < (long)sizeof(array); i += 4096)
        array[i] = 1;
    puts("safe");
}
