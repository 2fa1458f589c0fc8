// covers: A10 H01
// expect: AC
// Under gVisor each system call, and the memory it touches first, takes much longer.
// expect@gvisor: AC TLE
// Children that write into the pipe at the very moment their parent ends.
#include <stdio.h>
#include <unistd.h>
int main(void)
{
    (void)!write(1, "safe\n", 5);
    for (int i = 0; i < 10; i++)
        if (fork() == 0)
            for (;;)
                (void)!write(1, "\n", 1);
}
