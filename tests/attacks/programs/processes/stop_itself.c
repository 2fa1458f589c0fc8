// covers: A14
// expect: TLE
// reason: idle
#include <signal.h>
int main(void) { return raise(SIGSTOP); }
