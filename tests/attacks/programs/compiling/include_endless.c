// covers: G01
// expect: CE
// each: /dev/zero /dev/urandom
// compile_ms: 1500
// Gives the compiler a file without an end.
#include "@EACH@"
int main(void) { return 0; }
