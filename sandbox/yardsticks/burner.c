/* What `judge bench timing` runs: programs that use a known amount of something, and say themselves how much.
 *
 * Usage: burner DEED [AMOUNT [AMOUNT]]
 *
 *   loop N             N rounds of arithmetic that no compiler can shorten: always the same work
 *   spin [THREADS]     that many threads compute for ever (one by default)
 *   children N MS      N processes one after the other, each using MS milliseconds of processor time
 *   threads N MS       N threads at once, each using MS milliseconds
 *   touch MIB          so much memory, every page of it written to
 *
 * `children` and `threads` print the nanoseconds that all of them used by their own clocks, `touch` the bytes that the
 * process holds once it has touched them, its own code included, `loop` its result. */

#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MOST_THREADS 64
#define PAGE_BYTES 4096

static uint64_t clock_ns(clockid_t clock)
{
    struct timespec time;

    clock_gettime(clock, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

/* Every round needs the one before, so that it takes the same number of cycles whatever else the core could do. */
static uint64_t loop(uint64_t rounds)
{
    uint64_t x = 88172645463325252u;

    for (; rounds > 0; rounds--) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
    }
    return x;
}

static volatile uint64_t sink;

static void use(clockid_t clock, uint64_t until_ns)
{
    while (clock_ns(clock) < until_ns)
        sink = loop(2000);
}

static void *spin(void *unused)
{
    (void)unused;
    for (;;)
        sink = loop(1u << 20);
    return NULL;
}

static void *use_in_thread(void *amount_ns)
{
    use(CLOCK_THREAD_CPUTIME_ID, clock_ns(CLOCK_THREAD_CPUTIME_ID) + *(uint64_t *)amount_ns);
    return NULL;
}

/* Whether `count` threads could be started and have ended. */
static int in_threads(void *(*work)(void *), void *argument, int count)
{
    pthread_t threads[MOST_THREADS];

    if (count < 1 || count > MOST_THREADS)
        return 0;
    for (int i = 0; i < count; i++)
        if (pthread_create(&threads[i], NULL, work, argument) != 0)
            return 0;
    for (int i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    return 1;
}

/* Each child notes what its own clock says as the last thing it does. */
static int children(int count, uint64_t each_ns)
{
    _Atomic uint64_t *used = mmap(NULL, sizeof(*used), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (used == MAP_FAILED)
        return 3;
    for (int i = 0; i < count; i++) {
        pid_t child = fork();
        if (child == 0) {
            use(CLOCK_PROCESS_CPUTIME_ID, each_ns);
            atomic_fetch_add(used, clock_ns(CLOCK_PROCESS_CPUTIME_ID));
            _exit(0);
        }
        if (child < 0 || waitpid(child, NULL, 0) < 0)
            return 3;
    }
    printf("%llu\n", (unsigned long long)(atomic_load(used) + clock_ns(CLOCK_PROCESS_CPUTIME_ID)));
    return 0;
}

static int threads(int count, uint64_t each_ns)
{
    if (!in_threads(use_in_thread, &each_ns, count))
        return 3;
    printf("%llu\n", (unsigned long long)clock_ns(CLOCK_PROCESS_CPUTIME_ID));
    return 0;
}

/* What the process holds: counted page by page where the kernel offers that, by its counter elsewhere; 0: unknown. */
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
        return amount * PAGE_BYTES;
    return 0;
}

static int touch(size_t bytes)
{
    volatile char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED)
        return 3;
    for (size_t at = 0; at < bytes; at += PAGE_BYTES)
        memory[at] = 1;
    printf("%llu\n", (unsigned long long)resident_bytes());
    return 0;
}

int main(int count, char **arguments)
{
    const char *deed = count > 1 ? arguments[1] : "";
    uint64_t amount = count > 2 ? strtoull(arguments[2], NULL, 10) : 1;
    uint64_t each_ns = count > 3 ? strtoull(arguments[3], NULL, 10) * 1000000u : 0;

    if (!strcmp(deed, "loop"))
        return printf("%llu\n", (unsigned long long)loop(amount)) < 0;
    if (!strcmp(deed, "spin"))
        return in_threads(spin, NULL, (int)amount) ? 0 : 3;
    if (!strcmp(deed, "children"))
        return children((int)amount, each_ns);
    if (!strcmp(deed, "threads"))
        return threads((int)amount, each_ns);
    if (!strcmp(deed, "touch"))
        return touch((size_t)amount << 20);
    return 2;
}
