// covers: D16
// expect: AC
// Under gVisor each system call, and the memory it touches first, takes much longer.
// expect@gvisor: AC TLE
// Writes into the machine's logs.
#include <fcntl.h>
#include <stdio.h>
#include <sys/klog.h>
#include <syslog.h>
#include <unistd.h>
int main(void)
{
    static const char *const files[] = {"/dev/kmsg", "/dev/log", "/dev/console", "/proc/kmsg", "/run/systemd/journal/socket"};
    int found = 0;
    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
        found += open(files[i], O_WRONLY) >= 0;
    found += klogctl(3, (char[64]){0}, 64) >= 0;
    found += klogctl(8, NULL, 7) >= 0;
    openlog("judge-attack", LOG_CONS | LOG_NDELAY, LOG_AUTH);
    for (int i = 0; i < 2000; i++)
        syslog(LOG_EMERG, "the machine is on fire");
    puts(found ? "found" : "safe");
}
