// covers: J13 C15
// expect: AC
// Locks and leases on files that all runs of a host share: whoever sees one, or waits for one, has learnt a bit.
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>
static int found;
static void lock(const char *path)
{
    struct flock all = {.l_type = F_RDLCK, .l_whence = SEEK_SET}, asked = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
    int fd = open(path, O_RDONLY);
    if (fd < 0)
        return;
    if (flock(fd, LOCK_SH | LOCK_NB) == 0 || flock(fd, LOCK_EX | LOCK_NB) == 0)
        found++, printf("flock of %s\n", path);
    if (fcntl(fd, F_SETLK, &all) == 0 || fcntl(fd, F_SETLKW, &all) == 0)
        found++, printf("lock of %s\n", path);
    if (fcntl(fd, F_OFD_SETLK, &asked) == 0 || fcntl(fd, F_OFD_SETLKW, &asked) == 0)
        found++, printf("lock by descriptor of %s\n", path);
    if (fcntl(fd, F_SETLEASE, F_RDLCK) == 0)
        found++, printf("lease of %s\n", path);
    if (fcntl(fd, F_NOTIFY, DN_ACCESS | DN_MULTISHOT) == 0)
        found++, printf("notices of %s\n", path);
    close(fd);
}
int main(void)
{
    static const char *const files[] = {
        "/", "/usr", "/usr/bin", "/usr/bin/env", "/bin/true", "/usr/lib", "/etc", "/etc/passwd", "/etc/ld.so.cache", "/work", "/work/program",
        "/dev/null", "/dev/zero", "/dev/urandom", "/proc/self/exe", "/proc/self/ns/user", "/proc/self/ns/net", "/proc/self/ns/pid",
        "/proc/self/ns/mnt", "/proc/self/ns/cgroup", "/proc/self/ns/time", "/proc/self/ns/uts", "/proc/self/ns/ipc", "/tmp",
    };
    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
        lock(files[i]);
    if (!found)
        puts("safe");
}
