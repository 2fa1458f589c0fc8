// covers: B01
// expect: AC MLE
// memory_mib: 64
// A program that fits where programs are kept and not into the problem's memory limit.
#include <stdio.h>
__asm__(".data\n.globl large\nlarge: .fill 100000000, 1, 1\n.text\n");
extern char large[];
int main(void) { return puts("safe") < 0 || large[12345] != 1; }
