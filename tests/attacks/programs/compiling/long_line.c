// covers: G30
// expect: AC
// One line of two megabytes.
#include <stdio.h>
int main(void) { /* @TIMES 2000000 x@ */ puts("safe"); }
