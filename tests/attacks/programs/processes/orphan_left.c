// covers: A10 J25
// expect: AC
// Answers and ends, and leaves processes behind that compute and print.
#include <stdio.h>
#include <unistd.h>
int main(void)
{
    puts("safe");
    fflush(stdout);
    for (int i = 0; i < 4; i++)
        if (fork() == 0) {
            setsid();
            usleep(50000);
            for (;;)
                puts("junk");
        }
}
