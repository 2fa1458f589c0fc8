// covers: B12
// expect: AC MLE RTE
// Opens everything that can be opened and fills all of it.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>
static char block[1 << 16];
int main(void)
{
    int ends[2];
    for (int i = 0; i < 100000; i++) {
        if (pipe2(ends, O_NONBLOCK) < 0)
            break;
        (void)!write(ends[1], block, sizeof(block));
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) < 0 || eventfd(0, 0) < 0)
            break;
        (void)!write(ends[1], block, sizeof(block));
    }
    write(1, "safe\n", 5);
}
