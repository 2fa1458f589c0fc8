// covers: E19 J06 J07 J24
// quick: yes
// expect: AC
// Under gVisor each system call, and the memory it touches first, takes much longer.
// expect@gvisor: AC TLE
// Looks for descriptors that somebody forgot, and for a way up from those it has.
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
int main(void)
{
    int found = 0;
    struct stat stat;
    for (int fd = 3; fd < 4096; fd++)
        if (fcntl(fd, F_GETFD) >= 0)
            found++, printf("descriptor %d\n", fd);
    for (int fd = 0; fd < 3; fd++) {
        char path[64], again[64];
        snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
        if (fstat(fd, &stat) < 0 || !S_ISFIFO(stat.st_mode))
            found++, printf("descriptor %d is no pipe\n", fd);
        if (openat(fd, "..", O_RDONLY) >= 0 || openat(fd, "../../../etc/shadow", O_RDONLY) >= 0)
            found++, printf("a way up from %d\n", fd);
        snprintf(again, sizeof(again), "/proc/self/fd/%d/..", fd);
        if (open(again, O_RDONLY) >= 0)
            found++, printf("%s\n", again);
    }
    DIR *tasks = opendir("/proc/self/task");
    int threads = 0;
    for (struct dirent *entry; tasks && (entry = readdir(tasks));)
        threads += atoi(entry->d_name) > 0;
    if (threads > 1)
        found++, printf("%d threads\n", threads);
    if (!found)
        puts("safe");
}
