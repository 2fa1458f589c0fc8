// Leaves word for another run, or looks for it, wherever the kernel keeps what has a name: @ROLE@ is 1 to leave it.
#define _GNU_SOURCE
#include <fcntl.h>
#include <mqueue.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
enum { KEY = 0x5ec7e7 };
static struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "\0judge-attack-mailbox"};
static const socklen_t size = offsetof(struct sockaddr_un, sun_path) + sizeof("judge-attack-mailbox");
static const char *const files[] = {"/dev/null", "/dev/zero", "/dev/urandom", "/usr", "/usr/bin/env", "/bin/true", "/etc/passwd", "/proc/self/exe",
                                    "/proc/self/ns/net", "/proc/self/ns/user", "/proc/self/ns/time", "/proc/self/ns/cgroup", "/proc", "/", "/dev"};
static void leave(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    bind(fd, (struct sockaddr *)&address, size);
    listen(fd, 8);
    bind(socket(AF_UNIX, SOCK_DGRAM, 0), (struct sockaddr *)&address, size);
    shmget(KEY, 4096, IPC_CREAT | 0666);
    msgget(KEY, IPC_CREAT | 0666);
    semget(KEY, 1, IPC_CREAT | 0666);
    mq_open("/judge-attack-mailbox", O_CREAT | O_RDWR, 0666, NULL);
    shm_open("/judge-attack-mailbox", O_CREAT | O_RDWR, 0666);
    open("/tmp/judge-attack-mailbox", O_CREAT | O_RDWR, 0666);
    open("/work/judge-attack-mailbox", O_CREAT | O_RDWR, 0666);
    for (int ring = -8; ring < 0; ring++)
        syscall(SYS_add_key, "user", "judge-attack-mailbox", "x", 1, ring);
    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
        struct flock all = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
        int file = open(files[i], O_RDONLY);
        flock(file, LOCK_EX);
        fcntl(file, F_SETLK, &all);
        fcntl(file, F_OFD_SETLK, &all);
        fcntl(file, F_SETLEASE, F_RDLCK);
    }
}
static int look(void)
{
    int found = 0, fd = socket(AF_UNIX, SOCK_STREAM, 0);
    found |= (connect(fd, (struct sockaddr *)&address, size) == 0) << 0;
    close(fd);
    found |= (shmget(KEY, 1, 0) >= 0) << 1;
    found |= (msgget(KEY, 0) >= 0) << 2;
    found |= (semget(KEY, 1, 0) >= 0) << 3;
    found |= (mq_open("/judge-attack-mailbox", O_RDONLY) != (mqd_t)-1) << 4;
    found |= (shm_open("/judge-attack-mailbox", O_RDONLY, 0) >= 0) << 5;
    found |= (access("/tmp/judge-attack-mailbox", F_OK) == 0 || access("/work/judge-attack-mailbox", F_OK) == 0) << 6;
    found |= (syscall(SYS_request_key, "user", "judge-attack-mailbox", NULL, -3) >= 0) << 7;
    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
        struct flock all = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
        int file = open(files[i], O_RDONLY);
        if (file < 0)
            continue;
        /* Any answer but a plain refusal is word from somebody, or may become so. */
        found |= (flock(file, LOCK_SH | LOCK_NB) == 0) << 8;
        found |= (fcntl(file, F_GETLK, &all) == 0 && all.l_type != F_UNLCK) << 9;
        all = (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET};
        found |= (fcntl(file, F_OFD_GETLK, &all) == 0 && all.l_type != F_UNLCK) << 10;
        found |= (fcntl(file, F_GETLEASE) > 0 && fcntl(file, F_GETLEASE) != F_UNLCK) << 11;
        close(file);
    }
    return found;
}
int main(void)
{
    struct timespec begun, now;
    int found = 0;
    clock_gettime(CLOCK_MONOTONIC, &begun);
    if (@ROLE@)
        leave();
    do {
        if (!@ROLE@)
            found |= look();
        usleep(10000);
        clock_gettime(CLOCK_MONOTONIC, &now);
    } while ((now.tv_sec - begun.tv_sec) * 1000 + (now.tv_nsec - begun.tv_nsec) / 1000000 < 700);
    printf(found ? "word by %x\n" : "safe\n", (unsigned)found);
}
