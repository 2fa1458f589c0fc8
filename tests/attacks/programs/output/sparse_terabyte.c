// covers: D07
// expect: AC
// Files that are a terabyte long and hold nothing.
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>
int main(void)
{
    signal(SIGXFSZ, SIG_IGN);
    int fd = open("/tmp/sparse", O_CREAT | O_RDWR, 0600), grown = 0;
    grown += ftruncate(fd, 1l << 40) == 0;
    grown += pwrite(fd, "x", 1, 1l << 40) == 1;
    grown += fallocate(fd, 0, 0, 1l << 40) == 0;
    grown += ftruncate(1, 1l << 40) == 0;
    puts(grown ? "grown" : "safe");
}
