/* Programs that use a known amount of processor time or memory in ways that are easily missed, one for each first
 * argument. Those that end by themselves print the nanoseconds that all of their processes used by their own clocks, or
 * the bytes that they hold. */

#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MS 1000000u

/* Shared by all processes of the program. */
static _Atomic uint64_t *used_ns;

static uint64_t clock_ns(clockid_t clock)
{
    struct timespec time = {0, 0};

    clock_gettime(clock, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void burn(uint64_t ns)
{
    while (clock_ns(CLOCK_PROCESS_CPUTIME_ID) < ns)
        ;
}

static _Noreturn void burn_and_leave(uint64_t ns)
{
    burn(ns);
    atomic_fetch_add(used_ns, clock_ns(CLOCK_PROCESS_CPUTIME_ID));
    _exit(0);
}

static pid_t forked(void)
{
    pid_t child = fork();

    if (child < 0)
        exit(3);
    return child;
}

/* A grandchild that nobody in the program will ever wait for; its end is seen by the pipe that only it holds. */
static void orphan(uint64_t ns, int own_session)
{
    int ends[2];
    char nothing;

    if (pipe(ends) < 0)
        exit(3);
    pid_t child = forked();
    if (child == 0) {
        if (own_session)
            setsid();
        if (forked() == 0)
            burn_and_leave(ns);
        _exit(0);
    }
    close(ends[1]);
    waitpid(child, NULL, 0);
    (void)!read(ends[0], &nothing, 1);
}

static void unwaited(uint64_t ns)
{
    signal(SIGCHLD, SIG_IGN);
    if (forked() == 0)
        burn_and_leave(ns);
    while (wait(NULL) >= 0)
        ;
}

/* The child is killed at work and cannot say what it used: its clock is read from outside, once it stands still. */
static void killed(uint64_t ns)
{
    clockid_t clock;
    pid_t child = forked();

    if (child == 0)
        burn(UINT64_MAX);
    clock_getcpuclockid(child, &clock);
    while (clock_ns(clock) < ns)
        usleep(1000);
    kill(child, SIGSTOP);
    waitpid(child, NULL, WUNTRACED);
    atomic_fetch_add(used_ns, clock_ns(clock));
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
}

static void children(int count, uint64_t ns)
{
    for (int i = 0; i < count; i++) {
        pid_t child = forked();
        if (child == 0)
            burn_and_leave(ns);
        waitpid(child, NULL, 0);
    }
}

static void *burn_in_thread(void *ns)
{
    uint64_t until = clock_ns(CLOCK_THREAD_CPUTIME_ID) + *(uint64_t *)ns;

    while (clock_ns(CLOCK_THREAD_CPUTIME_ID) < until)
        ;
    return NULL;
}

static void threads(int count, uint64_t ns)
{
    pthread_t made[16];

    for (int i = 0; i < count; i++)
        if (pthread_create(&made[i], NULL, burn_in_thread, &ns) != 0)
            exit(3);
    for (int i = 0; i < count; i++)
        pthread_join(made[i], NULL);
}

static void spin_in_processes(int count)
{
    for (int i = 1; i < count; i++)
        if (forked() == 0) {
            setsid();
            break;
        }
    burn(UINT64_MAX);
}

static void fill(volatile char *memory, size_t bytes)
{
    if (memory == MAP_FAILED)
        exit(3);
    for (size_t at = 0; at < bytes; at += 4096)
        memory[at] = 1;
}

static void write_file(int fd, size_t bytes)
{
    static char block[1 << 20];

    memset(block, 'x', sizeof(block));
    for (size_t done = 0; done < bytes; done += sizeof(block))
        if (write(fd, block, sizeof(block)) != sizeof(block))
            exit(3);
}

/* Memory by another name each. */
static void hold(const char *what, size_t bytes)
{
    const int both = PROT_READ | PROT_WRITE;

    if (!strcmp(what, "heap"))
        fill(mmap(NULL, bytes, both, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), bytes);
    else if (!strcmp(what, "shared"))
        fill(mmap(NULL, bytes, both, MAP_SHARED | MAP_ANONYMOUS, -1, 0), bytes);
    else if (!strcmp(what, "sysv"))
        fill(shmat(shmget(IPC_PRIVATE, bytes, IPC_CREAT | 0600), NULL, 0), bytes);
    else if (!strcmp(what, "tmpfs"))
        write_file(open("/tmp/file", O_WRONLY | O_CREAT, 0600), bytes);
    else if (!strcmp(what, "posix"))
        write_file(shm_open("/file", O_RDWR | O_CREAT, 0600), bytes);
    else if (!strcmp(what, "memfd"))
        write_file(memfd_create("file", 0), bytes);
    else
        exit(2);
}

/* What the process holds, counted page by page where the kernel offers that. */
static uint64_t resident_bytes(void)
{
    char text[512] = "";
    unsigned long long amount = 0;
    int fd = open("/proc/self/smaps_rollup", O_RDONLY);

    if (fd >= 0 && read(fd, text, sizeof(text) - 1) > 0 && strstr(text, "Rss:") &&
        sscanf(strstr(text, "Rss:"), "Rss: %llu", &amount) == 1)
        return amount << 10;
    fd = open("/proc/self/statm", O_RDONLY);
    if (fd >= 0 && read(fd, text, sizeof(text) - 1) > 0 && sscanf(text, "%*u %llu", &amount) == 1)
        return amount * 4096;
    return 0;
}

int main(int count, char **arguments)
{
    const char *deed = arguments[1];
    int number = count > 2 ? atoi(arguments[2]) : 0;
    uint64_t ns = count > 3 ? strtoull(arguments[3], NULL, 10) * MS : (uint64_t)number * MS;

    used_ns = mmap(NULL, sizeof(*used_ns), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (!strcmp(deed, "reparented"))
        orphan(ns, 0);
    else if (!strcmp(deed, "session"))
        orphan(ns, 1);
    else if (!strcmp(deed, "unwaited"))
        unwaited(ns);
    else if (!strcmp(deed, "killed"))
        killed(ns);
    else if (!strcmp(deed, "children"))
        children(number, ns);
    else if (!strcmp(deed, "threads"))
        threads(number, ns);
    else if (!strcmp(deed, "spin-processes"))
        spin_in_processes(number);
    else if (!strcmp(deed, "spin-threads"))
        threads(number, UINT64_MAX / 2);
    else if (strcmp(deed, "nothing") != 0) {
        hold(deed, (size_t)number << 20);
        printf("%llu\n", (unsigned long long)resident_bytes());
        return 0;
    }
    printf("%llu\n", (unsigned long long)(atomic_load(used_ns) + clock_ns(CLOCK_PROCESS_CPUTIME_ID)));
    return 0;
}
