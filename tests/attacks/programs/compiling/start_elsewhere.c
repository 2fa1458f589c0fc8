// covers: G27 H05
// expect: RTE CE TLE
// Starts at an address where nothing is.
__asm__(".weak __libc_start_main\n");
__attribute__((constructor(101))) static void first(void)
{
    ((void (*)(void))0xdead000)();
}
int main(void) { return 0; }
