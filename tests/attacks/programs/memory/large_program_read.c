// covers: B01
// expect: MLE
// memory_mib: 64
// Keeps its memory in the program file, where no limit was meant to look.
#include <stdio.h>
__asm__(".data\n.globl large\nlarge: .fill 100000000, 1, 1\n.text\n");
extern volatile char large[];
int main(void)
{
    for (long i = 0; i < 100000000; i += 4096)
        large[i]++;
    puts("safe");
}
