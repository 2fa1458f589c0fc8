// covers: E10 J13
// expect: AC
// Under gVisor each system call, and the memory it touches first, takes much longer.
// expect@gvisor: AC TLE
// Sockets of all families and types, also as pairs: only Unix ones are to be had.
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>
int main(void)
{
    int found = 0, ends[2];
    for (int family = 0; family < 64; family++)
        for (int type = 1; type < 7; type++)
            for (int protocol = 0; protocol < 20; protocol++) {
                if (family == AF_UNIX)
                    continue;
                int fd = socket(family, type, protocol);
                if (fd >= 0 || socketpair(family, type, protocol, ends) == 0)
                    found++, printf("family %d, type %d, protocol %d\n", family, type, protocol);
                close(fd);
            }
    if (!found)
        puts("safe");
}
