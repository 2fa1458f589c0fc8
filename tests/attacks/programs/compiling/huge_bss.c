// covers: G11
// expect: CE RTE AC MLE
// A terabyte on paper: it compiles to nothing, and starts or not.
#include <stdio.h>
__asm__(".bss\n.globl huge\nhuge: .zero 1000000000000\n.text\n");
int main(void) { puts("safe"); }
