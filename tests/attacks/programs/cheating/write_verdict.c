// covers: F06 J07
// expect: WA
// Writes its own verdict wherever a judge might read one, and into every descriptor.
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
int main(void)
{
    static const char *const files[] = {"score.txt", "judgemessage.txt", "teammessage.txt", "program.meta", "result.xml", "verdict", "exitcode"};
    static const char *const folders[] = {"/feedback", "/work", "/tmp", "/exchange/out", ".", "/tmp/feedback", "/data"};
    static const char text[] = "AC\nexitcode: 42\ntime-used: 0.000\nverdict: accepted\n";
    char path[64];
    mkdir("/tmp/feedback", 0777);
    for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++)
        for (size_t j = 0; j < sizeof(files) / sizeof(*files); j++) {
            snprintf(path, sizeof(path), "%s/%s", folders[i], files[j]);
            int fd = open(path, O_CREAT | O_WRONLY, 0666);
            (void)!write(fd, text, strlen(text));
            close(fd);
        }
    for (int fd = 1; fd < 1024; fd++)
        (void)!write(fd, text, strlen(text));
    return 0;
}
