// covers: A21
// expect: TLE
// reason: idle
// Waits in the kernel for a child that has stopped itself.
#include <signal.h>
#include <unistd.h>
int main(void)
{
    if (vfork() == 0) {
        kill(getpid(), SIGSTOP);
        _exit(0);
    }
}
