// covers: D14
// expect: AC
// Under gVisor a signal that nobody waits for ends the box's process 1, and the run with it.
// expect@gvisor: AC RTE TLE
// Changes the pipe it writes to: unblocked, of one page, with signals for somebody else.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
int main(void)
{
    fcntl(1, F_SETFL, O_NONBLOCK | O_ASYNC);
    fcntl(1, F_SETPIPE_SZ, 4096);
    fcntl(1, F_SETOWN, 1);
    for (int i = 0; i < 200000; i++)
        while (write(1, "\n", 1) < 0 && errno == EAGAIN)
            ;
    while (write(1, "safe\n", 5) < 0 && errno == EAGAIN)
        ;
}
