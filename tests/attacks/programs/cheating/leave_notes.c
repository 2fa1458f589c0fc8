// covers: F03 J13 J19
// quick: yes
// expect: AC
// Leaves a note wherever a later run or another submission might find one, and looks for notes left before.
#define _GNU_SOURCE
#include <fcntl.h>
#include <mqueue.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>
static int found;
static void look(const char *what, int is_there)
{
    if (is_there)
        found++, printf("%s\n", what);
}
int main(void)
{
    static const char *const folders[] = {"/tmp", "/dev/shm", "/work", "/feedback", "/var/tmp", "/run", "/", "/dev"};
    char path[64];
    for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
        snprintf(path, sizeof(path), "%s/note", folders[i]);
        if (strcmp(folders[i], "/dev/shm") != 0) /* the same place as /tmp */
            look(path, access(path, F_OK) == 0);
        close(open(path, O_CREAT | O_WRONLY, 0666));
    }
    look("shm", shmget(0x1234, 4096, 0) >= 0);
    shmget(0x1234, 4096, IPC_CREAT | 0666);
    look("msg", msgget(0x1234, 0) >= 0);
    msgget(0x1234, IPC_CREAT | 0666);
    look("sem", semget(0x1234, 1, 0) >= 0);
    semget(0x1234, 1, IPC_CREAT | 0666);
    look("mq", mq_open("/note", O_RDONLY) != (mqd_t)-1);
    mq_open("/note", O_CREAT | O_RDWR, 0666, NULL);
    look("key", syscall(SYS_request_key, "user", "note", NULL, -3) >= 0);
    look("keyring", syscall(SYS_add_key, "user", "note", "x", 1, -4) >= 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "\0note"};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    look("socket", bind(fd, (struct sockaddr *)&address, offsetof(struct sockaddr_un, sun_path) + 5) < 0);
    listen(fd, 1);
    if (fork() == 0) {
        /* A process that would keep the socket, and a lock on a file that all runs share. */
        setsid();
        flock(open("/usr/bin/env", O_RDONLY), LOCK_EX);
        pause();
    }
    usleep(20000);
    if (!found)
        puts("safe");
}
