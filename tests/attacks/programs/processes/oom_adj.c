// covers: A20
// expect: MLE
// memory_mib: 32
// Makes itself the last to be killed when memory runs out, then uses it up.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
static void touch(volatile char *block, long size)
{
    for (long at = 0; at < size; at += 1024)
        block[at] = 1;
}
int main(void)
{
    static const char *const files[] = {"/proc/self/oom_score_adj", "/proc/self/oom_adj", "/proc/1/oom_score_adj"};
    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
        int fd = open(files[i], O_WRONLY);
        if (fd >= 0 && write(fd, "-1000", 5) == 5)
            return puts("unkillable") < 0;
    }
    for (;;)
        touch(malloc(1 << 20), 1 << 20);
}
