// covers: D01
// expect: OLE TLE
// Gives the same pages away as output for ever, without copying them.
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>
static char block[1 << 16];
int main(void)
{
    struct iovec pages = {block, sizeof(block)};
    for (;;)
        if (vmsplice(1, &pages, 1, SPLICE_F_GIFT) < 0)
            (void)!write(1, block, sizeof(block));
}
