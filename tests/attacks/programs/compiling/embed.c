// covers: G03
// expect: AC CE
// Asks for a file's bytes by the newest means, if the compiler knows them.
#include <stdio.h>
#ifdef __has_embed
#if __has_embed("@CANARY@") || __has_embed("/exchange/in/program")
#error found
#endif
static const unsigned char bytes[] = {
#embed "/dev/zero" limit(100)
};
int main(void) { puts(bytes[0] ? "odd" : "safe"); }
#else
int main(void) { puts("safe"); }
#endif
