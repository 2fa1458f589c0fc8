// covers: G30
// expect: AC CE
// Zero bytes in a comment, in a string and in between.
#include <stdio.h>
/* @NUL@ */
static const char text[] = "@NUL@";
int main(void) { puts(sizeof(text) ? "safe" : "none"); }
