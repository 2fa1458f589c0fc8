// covers: F03 J13
// quick: yes
// expect: AC
// gVisor's kernel lets an owner touch what is mounted read-only.
// expect@gvisor: AC WA
// Leaves word in the times of what every run of a cell sees: whoever may write to a file may also touch it.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
static int found;
static void never(const char *what, const char *path, int happened)
{
    if (happened)
        found++, printf("%s %s\n", what, path);
}
static int same(struct timespec one, struct timespec other)
{
    return one.tv_sec == other.tv_sec && one.tv_nsec == other.tv_nsec;
}
int main(void)
{
    static const char *const paths[] = {
        "/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev", "/", "/usr", "/usr/bin/env",
        "/etc", "/etc/passwd", "/work", "/proc/self/ns/net", "/proc/self/ns/user", "/proc/self/ns/time",
    };
    struct stat before, after;
    char bytes[16];
    for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
        if (stat(paths[i], &before) < 0)
            continue;
        never("touched", paths[i], utimensat(AT_FDCWD, paths[i], NULL, 0) == 0);
        int fd = open(paths[i], O_RDONLY);
        never("touched open", paths[i], fd >= 0 && futimens(fd, NULL) == 0);
        (void)!read(fd, bytes, sizeof(bytes));
        close(fd);
        fd = open(paths[i], O_WRONLY | O_TRUNC);
        (void)!write(fd, bytes, sizeof(bytes));
        never("touched for writing", paths[i], fd >= 0 && futimens(fd, NULL) == 0);
        close(fd);
        /* A namespace's are those of when it was looked at. */
        if (strncmp(paths[i], "/proc/", 6) == 0)
            continue;
        stat(paths[i], &after);
        never("changed", paths[i], !same(before.st_atim, after.st_atim) || !same(before.st_mtim, after.st_mtim) ||
              !same(before.st_ctim, after.st_ctim));
    }
    if (!found)
        puts("safe");
}
