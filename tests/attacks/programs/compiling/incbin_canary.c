// covers: G03 J10
// expect: CE
// Takes a file of the host into the program.
__asm__(".incbin \"@CANARY@\"");
int main(void) { return 0; }
