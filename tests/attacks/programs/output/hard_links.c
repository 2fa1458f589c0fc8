// covers: D12
// expect: AC
// Gives files that are not its own another name.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
static int found;
static void never(const char *what, int result)
{
    if (result == 0)
        found++, printf("%s\n", what);
}
int main(void)
{
    static const char *const files[] = {"/work/program", "/etc/passwd", "/etc/ld.so.cache", "/dev/null", "/proc/self/exe",
                                        "/proc/self/status", "/proc/self/fd/0", "/usr/bin/env", "@CANARY@"};
    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
        never(files[i], link(files[i], "/tmp/linked"));
        never(files[i], linkat(AT_FDCWD, files[i], AT_FDCWD, "/tmp/followed", AT_SYMLINK_FOLLOW));
        never(files[i], rename(files[i], "/tmp/moved"));
        int fd = open(files[i], O_RDONLY);
        if (fd >= 0)
            never(files[i], linkat(fd, "", AT_FDCWD, "/tmp/by-fd", AT_EMPTY_PATH));
        close(fd);
    }
    if (!found)
        puts("safe");
}
