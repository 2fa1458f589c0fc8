// covers: H01 J01
// expect: AC
// time_ms: 300
// Flips names between file, link and folder while its output is collected.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
int main(void)
{
    puts("safe");
    fflush(stdout);
    for (int i = 0; i < 4; i++)
        if (fork() == 0) {
            setsid();
            for (;;) {
                close(open("/tmp/stdout", O_CREAT | O_WRONLY, 0666));
                symlink("@CANARY@", "/tmp/link");
                mkdir("/tmp/folder", 0777);
                renameat2(AT_FDCWD, "/tmp/stdout", AT_FDCWD, "/tmp/link", RENAME_EXCHANGE);
                renameat2(AT_FDCWD, "/tmp/folder", AT_FDCWD, "/tmp/stdout", RENAME_EXCHANGE);
                unlink("/tmp/link");
                unlink("/tmp/stdout");
                rmdir("/tmp/stdout");
                rmdir("/tmp/folder");
            }
        }
}
