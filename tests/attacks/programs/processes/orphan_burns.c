// covers: A12 C04
// quick: yes
// expect: TLE
// Lets a process that nobody waits for do the work.
#include <stdio.h>
#include <unistd.h>
int main(void)
{
    if (fork() == 0) {
        setsid();
        if (fork() == 0)
            for (;;)
                ;
        _exit(0);
    }
    sleep(60);
    puts("safe");
}
