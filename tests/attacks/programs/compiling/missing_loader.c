// covers: G27 H05
// expect: RTE AC
// each: /exchange/in/program /proc/1/exe /nowhere /dev/zero /work /launcher
// Names a file of the judge as the loader that starts it. Where the loader is not needed, it is not looked at.
#include <stdio.h>
__attribute__((section(".interp"), used)) static const char loader[] = "@EACH@";
int main(void) { puts("safe"); }
