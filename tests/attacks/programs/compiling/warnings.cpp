// covers: G08
// expect: AC CE
// compile_ms: 3000
// Warns of something in each of thousands of places.
#include <cstdio>
@TIMES 5000 #warning 1\n@
int main() { std::puts("safe"); }
