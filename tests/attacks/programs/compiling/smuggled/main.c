// covers: G15
// expect: AC
// Brings files that compilers, linkers, debuggers and make would obey, had they been called so elsewhere.
#include <math.h>
#include <stdio.h>
int main(void) { puts(floor(1.5) == 1.0 ? "safe" : "another library"); }
