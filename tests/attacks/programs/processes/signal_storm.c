// covers: A16
// expect: AC
// Under gVisor the box's process 1 can be killed from within: the run ends with it.
// expect@gvisor: AC RTE TLE
// Sends every signal to everybody it can name, with and without data, and to process 1 by descriptor.
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>
int main(void)
{
    const union sigval word = {.sival_int = 42};
    int fd = (int)syscall(SYS_pidfd_open, 1, 0);
    for (int number = 1; number < 65; number++) {
        signal(number, SIG_IGN);
        for (int times = 0; times < 20; times++) {
            sigqueue(getppid(), number, word);
            kill(getppid(), number);
            if (number != SIGKILL && number != SIGSTOP)
                kill(-1, number);
            if (fd >= 0)
                syscall(SYS_pidfd_send_signal, fd, number, NULL, 0);
        }
    }
    puts("safe");
}
