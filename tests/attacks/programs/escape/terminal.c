// covers: E15
// expect: AC
// Types into a terminal that somebody else will read, if there is one; also with numbers that only look different.
#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>
int main(void)
{
    static const unsigned long calls[] = {TIOCSTI, 0x541c, TIOCSCTTY, TIOCSETD, TIOCCONS, TIOCSTI | 1ul << 32, 0x541c | 1ul << 40};
    int found = 0;
    for (int fd = -1; fd < 64; fd++)
        for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++)
            if (syscall(SYS_ioctl, fd, calls[i], "x") >= 0)
                found++, printf("call %lx of descriptor %d\n", calls[i], fd);
    found += open("/dev/tty", O_RDWR) >= 0;
    found += setsid() > 0 && open("/dev/tty", O_RDWR) >= 0;
    if (!found)
        puts("safe");
}
