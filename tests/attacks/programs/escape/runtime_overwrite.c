// covers: E18 J24
// expect: AC
// gVisor lets its owner cut a file off although it is mounted read-only: here the program itself, and then it crashes.
// expect@gvisor: AC WA RTE
// Writes over the program that judges it, or the one that it is.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
int main(void)
{
    static const char *const files[] = {"/launcher", "/proc/1/exe", "/proc/self/exe", "/work/program", "/proc/1/root/launcher", "/usr/bin/runc",
                                        "/proc/self/fd/../exe", "/lib64/ld-linux-x86-64.so.2", "/etc/ld.so.preload", "/usr/lib/x86_64-linux-gnu/libc.so.6"};
    int found = 0;
    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
        int path = open(files[i], O_PATH);
        char again[64];
        snprintf(again, sizeof(again), "/proc/self/fd/%d", path);
        if (open(files[i], O_WRONLY) >= 0 || open(files[i], O_RDWR) >= 0 || (path >= 0 && open(again, O_WRONLY) >= 0) ||
            truncate(files[i], 0) == 0 || unlink(files[i]) == 0 || rename("/tmp", files[i]) == 0)
            found++, printf("%s\n", files[i]);
    }
    if (!found)
        puts("safe");
}
