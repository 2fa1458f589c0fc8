// covers: D17
// expect: AC TLE
// Crashes a hundred times.
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
int main(void)
{
    for (int i = 0; i < 100; i++) {
        if (fork() == 0)
            *(volatile int *)8 = 1;
        wait(NULL);
    }
    puts("safe");
}
