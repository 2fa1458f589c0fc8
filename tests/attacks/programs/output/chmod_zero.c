// covers: D11
// expect: AC
// Folders that nobody may read or enter any more, sticky and with rights of their group.
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
int main(void)
{
    char path[32];
    for (int i = 0; i < 100; i++) {
        snprintf(path, sizeof(path), "/tmp/f%d", i);
        mkdir(path, 0700);
        chdir(path);
        close(open("file", O_CREAT | O_WRONLY, 0));
        chdir("/");
        chmod(path, i % 2 ? 07000 : 0);
    }
    chmod("/tmp", 0);
    puts("safe");
}
