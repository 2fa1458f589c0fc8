/* A program of many small misdeeds, one for each first argument. Prints "refused" or "done" where it matters. */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double cpu_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void burn(double seconds)
{
    for (double end = cpu_s() + seconds; cpu_s() < end;)
        ;
}

static void verdict(const char *what, long result)
{
    printf("%s %s %s\n", what, result < 0 ? "refused" : "DONE", result < 0 ? strerror(errno) : "");
}

static void *burn_thread(void *seconds)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    double end = (double)t.tv_sec + (double)t.tv_nsec / 1e9 + *(double *)seconds;
    do
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    while ((double)t.tv_sec + (double)t.tv_nsec / 1e9 < end);
    return NULL;
}

static void touch(size_t mib)
{
    char *memory = mmap(NULL, mib << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
        printf("mmap failed\n");
        exit(3);
    }
    for (size_t i = 0; i < mib << 20; i += 4096)
        memory[i] = 1;
}

static void escapes(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(80), .sin_addr.s_addr = htonl(0x01010101)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    verdict("inet", fd < 0 ? -1 : connect(fd, (struct sockaddr *)&address, sizeof(address)));
    verdict("netlink", socket(AF_NETLINK, SOCK_RAW, 0));
    verdict("packet", socket(AF_PACKET, SOCK_RAW, 0));
    verdict("vsock", socket(AF_VSOCK, SOCK_STREAM, 0));
    verdict("userns", unshare(CLONE_NEWUSER));
    verdict("clone-newuser", syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0));
    verdict("mount", mount("tmpfs", "/tmp", "tmpfs", 0, NULL));
    verdict("umount", umount2("/proc", MNT_DETACH));
    verdict("chroot", chroot("/tmp"));
    verdict("ptrace-init", ptrace(PTRACE_SEIZE, 1, 0, 0));
    verdict("init-mem", open("/proc/1/mem", O_RDONLY));
    verdict("init-fds", open("/proc/1/fd", O_RDONLY));
    verdict("keyring", syscall(SYS_add_key, "user", "name", "value", 5, -3));
    verdict("io-uring", syscall(SYS_io_uring_setup, 1, NULL));
    verdict("bpf", syscall(SYS_bpf, 0, NULL, 0));
    verdict("perf", syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0));
    verdict("userfaultfd", syscall(SYS_userfaultfd, 0));
    verdict("personality", syscall(SYS_personality, 0x0040000));
    verdict("write-root", open("/written", O_WRONLY | O_CREAT, 0644));
    verdict("write-usr", open("/usr/written", O_WRONLY | O_CREAT, 0644));
    verdict("write-work", open("/work/written", O_WRONLY | O_CREAT, 0644));
    verdict("write-program", open("/proc/self/exe", O_WRONLY));
    verdict("oom-score", open("/proc/self/oom_score_adj", O_WRONLY));
    verdict("core-pattern", open("/proc/sys/kernel/core_pattern", O_RDONLY));
    verdict("kallsyms", open("/proc/kallsyms", O_RDONLY));
    verdict("sys", open("/sys", O_RDONLY));
    verdict("exchange", open("/exchange", O_RDONLY));
    verdict("data", open("/data", O_RDONLY));
    verdict("docker-socket", open("/var/run/docker.sock", O_RDWR));
    verdict("mknod", mknod("/tmp/null", S_IFCHR | 0666, 0x103));
    verdict("tiocsti", syscall(SYS_ioctl, 0, 0x5412, "x"));
    verdict("nice", syscall(SYS_setpriority, 0, 0, -20));
    verdict("clock", syscall(SYS_clock_settime, CLOCK_REALTIME, &(struct timespec){0, 0}));
    verdict("setuid", setuid(0));
    verdict("kill-init", (kill(1, SIGKILL), kill(1, 0) == 0) ? -1 : 0);
}

static void locks(void)
{
    const char *const shared[] = {"/dev/null", "/proc/self/ns/user"};
    for (int i = 0; i < 2; i++) {
        struct flock lock = {.l_type = F_RDLCK};
        int fd = open(shared[i], O_RDONLY);
        verdict("flock", flock(fd, LOCK_SH | LOCK_NB));
        verdict("posix-lock", fcntl(fd, F_SETLK, &lock));
        verdict("ofd-lock", fcntl(fd, F_OFD_SETLK, &lock));
        verdict("lease", fcntl(fd, F_SETLEASE, F_RDLCK));
    }
}

static void flood_mounts(int count)
{
    int refused = 0;
    for (int i = 0; i < count; i++)
        refused += mount("tmpfs", "/tmp", "tmpfs", 0, NULL) < 0;
    printf("refused %d\n", refused);
}

static void list(const char *path)
{
    DIR *folder = opendir(path);
    if (!folder) {
        printf("%s: %s\n", path, strerror(errno));
        return;
    }
    for (struct dirent *entry; (entry = readdir(folder));)
        if (entry->d_name[0] != '.' && atoi(entry->d_name) != dirfd(folder))
            printf("%s ", entry->d_name);
    printf("\n");
    closedir(folder);
}

int main(int count, char **arguments)
{
    const char *deed = arguments[1];
    double amount = count > 2 ? atof(arguments[2]) : 0;
    setvbuf(stdout, NULL, _IOLBF, 0);
    (void)!freopen("/dev/null", "r", stdin);

    if (!strcmp(deed, "spin"))
        for (;;)
            ;
    else if (!strcmp(deed, "burn"))
        burn(amount);
    else if (!strcmp(deed, "locks"))
        locks();
    else if (!strcmp(deed, "mount-flood"))
        flood_mounts((int)amount);
    else if (!strcmp(deed, "sleep"))
        pause();
    else if (!strcmp(deed, "stop"))
        raise(SIGSTOP);
    else if (!strcmp(deed, "ignore-signals")) {
        for (int s = 1; s < 65; s++)
            signal(s, SIG_IGN);
        for (;;)
            ;
    } else if (!strcmp(deed, "touch")) {
        touch((size_t)amount);
        printf("touched\n");
    } else if (!strcmp(deed, "reserve")) {
        void *m = mmap(NULL, 1ull << 40, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        printf(m == MAP_FAILED ? "failed\n" : "reserved\n");
    } else if (!strcmp(deed, "child-touches")) {
        if (fork() == 0) {
            touch((size_t)amount);
            exit(0);
        }
        wait(NULL);
        printf("fine\n");
    } else if (!strcmp(deed, "fill-tmp")) {
        static char block[1 << 20];
        int fd = open("/tmp/file", O_WRONLY | O_CREAT, 0644), blocks = 0;
        while (blocks < amount && write(fd, block, sizeof(block)) == sizeof(block))
            blocks++;
        printf("%d\n", blocks);
    } else if (!strcmp(deed, "leave-note")) {
        printf("%s\n", access("/tmp/note", F_OK) == 0 || access("/dev/shm/note", F_OK) == 0 ? "found" : "nothing");
        close(open("/tmp/note", O_WRONLY | O_CREAT, 0644));
        close(open("/dev/shm/note", O_WRONLY | O_CREAT, 0644));
    } else if (!strcmp(deed, "fork-bomb"))
        for (;;)
            fork();
    else if (!strcmp(deed, "fork-count")) {
        int made = 0;
        while (made < 1000) {
            pid_t child = fork();
            if (child == 0)
                pause();
            if (child < 0)
                break;
            made++;
        }
        printf("%d\n", made);
        fflush(stdout);
        _exit(0);
    } else if (!strcmp(deed, "ignored-child-burns")) {
        signal(SIGCHLD, SIG_IGN);
        if (fork() == 0) {
            burn(amount);
            exit(0);
        }
        wait(NULL);
    } else if (!strcmp(deed, "orphan-burns")) {
        if (fork() == 0) {
            setsid();
            if (fork() == 0) {
                burn(60);
                exit(0);
            }
            exit(0);
        }
        sleep(60);
    } else if (!strcmp(deed, "threads-burn")) {
        pthread_t threads[8];
        double each = amount / 8;
        for (int i = 0; i < 8; i++)
            pthread_create(&threads[i], NULL, burn_thread, &each);
        for (int i = 0; i < 8; i++)
            pthread_join(threads[i], NULL);
    } else if (!strcmp(deed, "hold-stdout")) {
        if (fork() == 0) {
            setsid();
            sleep(3600);
        }
        printf("answer\n");
    } else if (!strcmp(deed, "write-late")) {
        if (fork() == 0) {
            setsid();
            usleep(300000);
            printf("junk\n");
            exit(0);
        }
        printf("answer\n");
    } else if (!strcmp(deed, "flood"))
        for (;;)
            (void)!write(1, "0123456789abcdef0123456789abcde\n", 32);
    else if (!strcmp(deed, "flood-stderr")) {
        static char block[4096];
        memset(block, 'e', sizeof(block));
        for (int i = 0; i < 4096; i++)
            (void)!write(2, block, sizeof(block));
        printf("answer\n");
    } else if (!strcmp(deed, "kill-all"))
        kill(-1, SIGKILL);
    else if (!strcmp(deed, "abort"))
        abort();
    else if (!strcmp(deed, "exit"))
        exit((int)amount);
    else if (!strcmp(deed, "recurse")) {
        volatile char frame[1 << 16];
        static int depth;
        frame[0] = 1;
        if (++depth * sizeof(frame) < amount * (1 << 20))
            return main(count, arguments) + frame[0] - 1;
    } else if (!strcmp(deed, "escapes"))
        escapes();
    else if (!strcmp(deed, "x32"))
        printf("%ld\n", syscall(0x40000000 + SYS_getpid));
    else if (!strcmp(deed, "i386")) {
        long result;
        __asm__ volatile("int $0x80" : "=a"(result) : "a"(20) : "memory", "r8", "r9", "r10", "r11");
        printf("%d\n", (int)result < 0 ? -1 : (int)result);
    } else if (!strcmp(deed, "list"))
        list(arguments[2]);
    else if (!strcmp(deed, "environment"))
        for (char **v = environ; *v; v++)
            puts(*v);
    else
        return 99;
    return 0;
}
