@BOM@// covers: G30
// expect: AC
// A mark that some editors put in front of everything.
#include <stdio.h>
int main(void) { puts("safe"); }
