// covers: F10
// expect: RTE
// each: SIGKILL SIGXCPU SIGSYS SIGSEGV SIGABRT SIGALRM SIGTERM SIGRTMIN+5
// reason: killed by
// Ends like a program that a limit ended.
#include <signal.h>
#include <unistd.h>
int main(void)
{
    kill(getpid(), @EACH@);
    pause();
}
