// covers: A04
// expect: AC
// Leaves a process behind that is never the same for long.
#include <stdio.h>
#include <unistd.h>
int main(void)
{
    puts("safe");
    fflush(stdout);
    if (fork() > 0)
        return 0;
    for (;;) {
        if (fork() > 0)
            _exit(0);
        setsid();
    }
}
