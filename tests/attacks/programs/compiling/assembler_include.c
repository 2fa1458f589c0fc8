// covers: G03 G02 J10
// expect: CE
// each: @CANARY@ /etc/passwd /proc/self/environ /proc/1/root/etc/passwd
// The assembler complains of every line that it does not understand, and quotes it.
__asm__(".include \"@EACH@\"");
int main(void) { return 0; }
