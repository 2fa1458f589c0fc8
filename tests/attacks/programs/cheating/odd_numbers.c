// covers: F15
// expect: WA
// answer: 8
// checker: tokens float_tolerance 1e-6
// each: nan inf -inf 1e400 0x1p3 8_0 8,0 +-8 8e 0b1000 ٨ 1e-9999999999
#include <stdio.h>
int main(void) { puts("@EACH@"); }
