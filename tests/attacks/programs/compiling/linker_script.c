// covers: G03 G15
// expect: AC CE
// Tells the linker by its sections what to do.
#include <stdio.h>
__asm__(".section .note.GNU-stack,\"x\",@progbits\n.section .gnu.warning.puts,\"a\"\n.ascii \"%s%n@CANARY@\"\n.text\n");
static void early(void) {}
__attribute__((section(".preinit_array"), used)) static void (*first)(void) = early;
__attribute__((section(".gnu.linkonce.t.x"), used)) static int once(void) { return 0; }
int main(void)
{
    puts("safe");
}
