// covers: G13
// expect: AC CE
// Gives the compiler options of a submission's own: plug-ins, dumps, other programs to be run.
#pragma GCC optimize("-fplugin=/tmp/evil.so")
#pragma GCC optimize("fdump-tree-all")
#pragma GCC optimize("-wrapper", "/bin/sh")
#pragma GCC target("arch=native")
#pragma GCC dependency "@CANARY@"
#pragma GCC push_options
#pragma comment(linker, "/export:evil")
#include <stdio.h>
__attribute__((optimize("-fplugin=evil", "-o/tmp/x", "-dumpdir=/work/"))) static int odd(void) { return 0; }
int main(void) { return odd() + (puts("safe") < 0); }
