// covers: E02 J24
// quick: yes
// expect: AC
// Opens for writing everything in /proc that steers the machine, or another process.
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
int main(void)
{
    static const char *const files[] = {
        "/proc/sys/kernel/core_pattern", "/proc/sys/kernel/modprobe", "/proc/sys/kernel/hotplug", "/proc/sysrq-trigger",
        "/proc/sys/fs/binfmt_misc/register", "/proc/sys/vm/overcommit_memory", "/proc/sys/vm/drop_caches",
        "/proc/sys/net/ipv4/ip_forward", "/proc/sys/kernel/randomize_va_space", "/proc/sys/kernel/ns_last_pid",
        "/proc/irq/0/smp_affinity", "/proc/bus/pci/00/00.0", "/proc/mtrr", "/proc/acpi/wakeup", "/proc/scsi/scsi",
        "/proc/self/oom_score_adj", "/proc/self/oom_adj", "/proc/self/mem", "/proc/self/uid_map", "/proc/self/gid_map",
        "/proc/self/setgroups", "/proc/self/loginuid", "/proc/self/attr/exec", "/proc/self/attr/current",
        "/proc/self/clear_refs", "/proc/self/coredump_filter", "/proc/self/timerslack_ns", "/proc/self/comm",
        "/proc/1/mem", "/proc/1/oom_score_adj", "/proc/1/uid_map", "/proc/self/exe", "/proc/1/exe", "/proc/self/projid_map",
        "/proc/self/sched", "/proc/self/autogroup", "/proc/self/make-it-fail", "/proc/self/seccomp_cache",
    };
    int found = 0;
    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
        if (open(files[i], O_WRONLY) >= 0 || open(files[i], O_RDWR) >= 0)
            found++, printf("%s\n", files[i]);
    if (!found)
        puts("safe");
}
