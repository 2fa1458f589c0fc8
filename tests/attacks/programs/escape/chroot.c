// covers: E06 E20
// expect: AC
// Leaves its root: by a root of its own in which the way up is not watched, and through other processes' roots.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
static int found;
static void look(const char *where, int folder)
{
    struct stat stat;
    char text[64] = "";
    int fd = openat(folder, &"@CANARY@"[1], O_RDONLY);
    if (fd >= 0 && read(fd, text, sizeof(text) - 1) > 0)
        found++, printf("%s: %s\n", where, text);
    if (fstatat(folder, "var/lib/docker", &stat, 0) == 0 || fstatat(folder, "boot", &stat, 0) == 0)
        found++, printf("%s is the host's root\n", where);
}
int main(void)
{
    int here = open("/", O_RDONLY | O_DIRECTORY);
    look("/", here);
    mkdir("/tmp/root", 0700);
    if (chroot("/tmp/root") == 0)
        found++, puts("chroot");
    fchdir(here);
    for (int i = 0; i < 100; i++)
        if (chdir("..") < 0)
            break;
    look("the top", AT_FDCWD);
    static const char *const ways[] = {"/proc/1/root", "/proc/self/root", "/proc/self/cwd/../../..", "/proc/1/cwd", "/proc/self/fd/0/..",
                                       "/dev/fd/0/../..", "/proc/self/task/1/root", "/proc/thread-self/root/.."};
    for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
        int fd = open(ways[i], O_RDONLY | O_DIRECTORY);
        if (fd >= 0)
            look(ways[i], fd);
    }
    if (!found)
        puts("safe");
}
