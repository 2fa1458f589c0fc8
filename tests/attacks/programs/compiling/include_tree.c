// covers: G06
// expect: CE
// compile_ms: 700
// Includes itself twice, again and again.
#if __INCLUDE_LEVEL__ < 60
#include "include_tree.c"
#include "include_tree.c"
#endif
int main(void) { return 0; }
