/* Processor time and memory of all processes of a run.
 *
 * In a container the cell's own control group counts every process, reaped or not, to the nanosecond; version 1 and 2
 * are read alike. Without one (level `local`) the processes themselves are asked, which misses the short-lived ones
 * that nobody waits for. */

#include "launcher.h"

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Tests build this with trees of their own. */
#ifndef V1
#define V1 "/sys/fs/cgroup/"
#endif
#ifndef V2
#define V2 "/sys/fs/cgroup/"
#endif

static int open_counter(const char *path)
{
    return open(path, O_RDONLY | O_CLOEXEC);
}

/* The only one, if whoever made the cell did as it should. */
static int first_core(void)
{
    cpu_set_t cores;

    if (sched_getaffinity(0, sizeof(cores), &cores) == 0)
        for (int core = 0; core < CPU_SETSIZE; core++)
            if (CPU_ISSET((size_t)core, &cores))
                return core;
    return 0;
}

void open_meter(struct meter *meter, bool in_container)
{
    *meter = (struct meter){-1, -1, -1, -1, -1, -1, -1, false, first_core()};
    meter->stat_fd = open_counter("/proc/stat");
    meter->stalled_fd = open_counter("/proc/pressure/cpu");
    if (!in_container)
        return;
    meter->is_v2 = access(V2 "cgroup.controllers", F_OK) == 0;
    if (meter->is_v2) {
        meter->cpu_fd = open_counter(V2 "cpu.stat");
        meter->memory_fd = open_counter(V2 "memory.current");
        meter->peak_fd = open_counter(V2 "memory.peak");
        meter->oom_fd = open_counter(V2 "memory.events");
        meter->throttled_fd = open_counter(V2 "cpu.stat");
        close(meter->stalled_fd);
        meter->stalled_fd = open_counter(V2 "cpu.pressure");
    } else {
        meter->cpu_fd = open_counter(V1 "cpuacct/cpuacct.usage");
        meter->memory_fd = open_counter(V1 "memory/memory.usage_in_bytes");
        meter->peak_fd = open_counter(V1 "memory/memory.max_usage_in_bytes");
        meter->oom_fd = open_counter(V1 "memory/memory.oom_control");
        meter->throttled_fd = open_counter(V1 "cpu/cpu.stat");
    }
}

static bool read_counter(int fd, char *text, size_t size)
{
    ssize_t got = fd < 0 ? -1 : pread(fd, text, size - 1, 0);

    text[got < 0 ? 0 : got] = 0;
    return got > 0;
}

/* The number behind `key` at the start of a line; 0 where there is none. */
static uint64_t keyed(const char *text, const char *key)
{
    size_t length = strlen(key);

    for (const char *line = text; line && *line; line = strchr(line, '\n'), line += line != NULL)
        if (strncmp(line, key, length) == 0 && line[length] == ' ')
            return strtoull(line + length, NULL, 10);
    return 0;
}

uint64_t meter_cpu_ns(const struct meter *meter)
{
    char text[1024];

    if (!read_counter(meter->cpu_fd, text, sizeof(text)))
        return 0;
    return meter->is_v2 ? keyed(text, "usage_usec") * 1000 : strtoull(text, NULL, 10);
}

uint64_t meter_oom_kills(const struct meter *meter)
{
    char text[512];

    /* Both versions have a line of this name. */
    return read_counter(meter->oom_fd, text, sizeof(text)) ? keyed(text, "oom_kill") : 0;
}

uint64_t meter_memory(int fd)
{
    char text[64];

    return read_counter(fd, text, sizeof(text)) ? strtoull(text, NULL, 10) : 0;
}

/* The eighth number of the core's line, in ticks (proc_stat(5)). */
static uint64_t steal_ns(const struct meter *meter)
{
    char text[16384], name[16];
    unsigned long long ticks = 0;

    if (!read_counter(meter->stat_fd, text, sizeof(text)))
        return 0;
    snprintf(name, sizeof(name), "\ncpu%d ", meter->core);
    const char *line = strstr(text, name);
    if (line)
        sscanf(line + strlen(name), "%*u %*u %*u %*u %*u %*u %*u %llu", &ticks);
    return ticks * 1000000000u / (uint64_t)sysconf(_SC_CLK_TCK);
}

/* Of "some avg10=… avg60=… avg300=… total=MICROSECONDS". */
static uint64_t stalled_ns(const struct meter *meter)
{
    char text[256];
    const char *total = read_counter(meter->stalled_fd, text, sizeof(text)) ? strstr(text, "total=") : NULL;

    return total ? strtoull(total + strlen("total="), NULL, 10) * 1000 : 0;
}

static uint64_t throttled_ns(const struct meter *meter)
{
    char text[1024];

    if (!read_counter(meter->throttled_fd, text, sizeof(text)))
        return 0;
    return meter->is_v2 ? keyed(text, "throttled_usec") * 1000 : keyed(text, "throttled_time");
}

struct disturbance meter_disturbance(const struct meter *meter)
{
    return (struct disturbance){throttled_ns(meter), steal_ns(meter), stalled_ns(meter)};
}

static uint64_t process_cpu_ns(pid_t pid)
{
    clockid_t clock;
    struct timespec time;

    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &time) < 0)
        return 0;
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static uint64_t process_rss_bytes(pid_t pid)
{
    char path[64], text[128];
    unsigned long long pages = 0;

    snprintf(path, sizeof(path), "/proc/%d/statm", pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (read_counter(fd, text, sizeof(text)))
        sscanf(text, "%*u %llu", &pages);
    if (fd >= 0)
        close(fd);
    return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static uint64_t thread_wait_ns(const char *pid, const char *thread)
{
    char path[80], text[96];
    unsigned long long waited = 0;

    snprintf(path, sizeof(path), "/proc/%.10s/task/%.10s/schedstat", pid, thread);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (read_counter(fd, text, sizeof(text)))
        sscanf(text, "%*u %llu", &waited);
    if (fd >= 0)
        close(fd);
    return waited;
}

/* The longest that any thread alive now was ready to run and not let. With nobody else on the core, another thread of
 * the run was using it meanwhile, and is charged for it; else the host was disturbed. */
uint64_t longest_wait_ns(void)
{
    char path[64];
    uint64_t longest = 0;
    DIR *processes = opendir("/proc");

    if (!processes)
        die("open /proc");
    for (struct dirent *process; (process = readdir(processes));) {
        if (atoi(process->d_name) <= 1)
            continue;
        snprintf(path, sizeof(path), "/proc/%.10s/task", process->d_name);
        DIR *threads = opendir(path);
        for (struct dirent *thread; threads && (thread = readdir(threads));) {
            uint64_t waited = thread_wait_ns(process->d_name, thread->d_name);
            longest = waited > longest ? waited : longest;
        }
        if (threads)
            closedir(threads);
    }
    closedir(processes);
    return longest;
}

/* Sums over the processes alive now. The launcher is process 1 of its namespace: every other one belongs to the run. */
void watch_processes(uint64_t *cpu_ns, uint64_t *rss_bytes)
{
    DIR *processes = opendir("/proc");

    *cpu_ns = *rss_bytes = 0;
    if (!processes)
        die("open /proc");
    for (struct dirent *entry; (entry = readdir(processes));) {
        pid_t pid = atoi(entry->d_name);
        if (pid <= 1)
            continue;
        *cpu_ns += process_cpu_ns(pid);
        *rss_bytes += process_rss_bytes(pid);
    }
    closedir(processes);
}
