// covers: D13
// expect: WA
// Puts what a careless judge would wait for in place of files it might read.
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
int main(void)
{
    static const char *const names[] = {"stdout", "output.txt", "saved", "program", "judgemessage.txt"};
    static const char *const folders[] = {"/tmp", "/work", "/feedback", "."};
    char path[64];
    for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++)
        for (size_t j = 0; j < sizeof(names) / sizeof(*names); j++) {
            struct sockaddr_un address = {.sun_family = AF_UNIX};
            snprintf(path, sizeof(path), "%s/%s", folders[i], names[j]);
            unlink(path);
            strcpy(address.sun_path, path);
            switch (j) {
            case 0: mkfifo(path, 0666); break;
            case 1: symlink("/dev/urandom", path); break;
            case 2: bind(socket(AF_UNIX, SOCK_STREAM, 0), (struct sockaddr *)&address, sizeof(address)); break;
            case 3: symlink("/proc/self/root@CANARY@", path); break;
            default: mkdir(path, 0700);
            }
        }
    puts("no answer here");
}
