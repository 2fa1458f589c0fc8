// covers: G10
// expect: CE
// each: org skip repeat
// compile_ms: 2000
// Gigabytes from one line of assembler.
#define org ".org 8000000000"
#define skip ".skip 4000000000, 1"
#define repeat ".rept 1000000000\n.quad 1\n.endr"
__asm__(".data\n" @EACH@ "\n.text\n");
int main(void) { return 0; }
