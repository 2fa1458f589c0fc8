// covers: G01 J10
// expect: CE
// compile_ms: 500
// each: /dev/tty /dev/random /dev/full /proc/self/fd/1 /dev/fd/2 /proc/kmsg . /
// Gives the compiler devices and folders to read.
#include "@EACH@"
int main(void) { return 0; }
