// covers: F15
// expect: AC
// answer: 8
// checker: tokens float_tolerance 1e-6
// each: 8 8.0 +8 08 0.8e1 80E-1 8.0000001 7.9999999
#include <stdio.h>
int main(void) { puts("@EACH@"); }
