// covers: E01
// quick: yes
// expect: AC
// Under gVisor each system call, and the memory it touches first, takes much longer.
// Its /proc shows the files of process 1.
// expect@gvisor: AC WA TLE
// Reads what others' processes have open, hold in memory or were started with.
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
int main(void)
{
    static const char *const files[] = {"environ", "maps", "mem", "cmdline", "root", "cwd", "fd", "exe", "stack"};
    char path[300];
    int found = 0;
    DIR *processes = opendir("/proc");
    for (struct dirent *entry; processes && (entry = readdir(processes));)
        if (atoi(entry->d_name) > 0 && atoi(entry->d_name) != getpid())
            found++, printf("process %s\n", entry->d_name);
    for (int pid = 1; pid < 300; pid++)
        for (size_t i = 0; pid != getpid() && i < sizeof(files) / sizeof(*files); i++) {
            snprintf(path, sizeof(path), "/proc/%d/%s", pid, files[i]);
            if (open(path, O_RDONLY) >= 0 || readlink(path, path, sizeof(path)) >= 0)
                found++, printf("/proc/%d/%s\n", pid, files[i]);
        }
    if (!found)
        puts("safe");
}
