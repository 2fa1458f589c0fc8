// covers: A15
// expect: TLE
// reason: idle
// Tries to stop whoever watches it, then waits.
#include <signal.h>
#include <unistd.h>
int main(void)
{
    kill(getppid(), SIGSTOP);
    kill(1, SIGSTOP);
    kill(-1, SIGSTOP);
    pause();
}
