// covers: A09
// expect: AC
// Under gVisor each system call, and the memory it touches first, takes much longer.
// expect@gvisor: AC TLE
// Keeps the dead: children that ended and are never asked for.
#include <stdio.h>
#include <unistd.h>
int main(void)
{
    int dead = 0;
    for (pid_t child; dead < 5000 && (child = fork()) >= 0; dead++)
        if (child == 0)
            _exit(0);
    printf(dead < 5000 ? "safe\n" : "%d zombies\n", dead);
}
