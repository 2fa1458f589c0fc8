// covers: G04
// expect: AC
// gVisor's /proc shows the files of process 1 and facts of gVisor's own kernel, which are the same everywhere.
// expect@gvisor: AC CE
// Asks the preprocessor which files there are: the answer would leave through the compiler's words.
#include <cstdio>
#if __has_include("@CANARY@") || __has_include("/exchange/in/program") || __has_include("/data/answer") || \
    __has_include("/data/stdin") || __has_include("/proc/1/environ") || __has_include("/var/run/docker.sock")
#error found
#endif
int main() { puts("safe"); }
