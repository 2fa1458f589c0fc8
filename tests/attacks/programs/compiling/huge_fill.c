// covers: G10
// expect: CE
// A program of a gigabyte, from one line.
__asm__(".data\n.fill 1000000000, 1, 1\n.text\n");
int main(void) { return 0; }
