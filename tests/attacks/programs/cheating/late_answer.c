// covers: F26
// expect: WA
// Ends without an answer; what it left behind gives one when somebody seems to read.
#include <poll.h>
#include <stdio.h>
#include <unistd.h>
int main(void)
{
    if (fork() == 0) {
        struct pollfd out = {1, POLLERR, 0};
        setsid();
        poll(&out, 1, 300);
        (void)!write(1, "safe\n", 5);
    }
}
