// covers: B07 D08
// expect: AC
// Under gVisor each system call, and the memory it touches first, takes much longer.
// expect@gvisor: AC TLE MLE
// time_ms: 5000
// Fills /tmp with bytes, then with names.
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
static char block[1 << 20];
int main(void)
{
    char name[32];
    long bytes = 0;
    int names = 0, fd = open("/tmp/bytes", O_CREAT | O_WRONLY, 0600);
    while (bytes < 1 << 30 && write(fd, block, sizeof(block)) == sizeof(block))
        bytes += sizeof(block);
    unlink("/tmp/bytes");
    close(fd);
    for (; names < 200000; names++) {
        snprintf(name, sizeof(name), "/tmp/%d", names);
        fd = open(name, O_CREAT | O_WRONLY, 0600);
        if (fd < 0)
            break;
        close(fd);
    }
    printf(bytes < 1 << 30 && names < 200000 ? "safe\n" : "%ld bytes, %d names\n", bytes, names);
}
