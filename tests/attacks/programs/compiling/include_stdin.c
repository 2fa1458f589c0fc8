// covers: G01
// expect: AC
// Lets the compiler wait for its own standard input.
#include "/dev/stdin"
#include <stdio.h>
int main(void) { puts("safe"); }
