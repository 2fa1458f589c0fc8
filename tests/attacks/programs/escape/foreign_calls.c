// covers: E21 J11
// quick: yes
// expect: AC
// Enters the kernel by its other doors, where calls have other numbers: of 32 bits, of x32, through a far return.
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
static long by_interrupt(long number, long a, long b, long c)
{
    long result = number;
    __asm__ volatile("int $0x80" : "+a"(result) : "b"(a), "c"(b), "d"(c) : "memory", "r8", "r9", "r10", "r11");
    return (int)result;
}
/* 32-bit code: mov eax, 20 (getpid); int 0x80; mov [result], eax; jmp far back to 64-bit code. */
static long by_far_return(void)
{
    unsigned char *low = mmap(NULL, 8192, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    if (low == MAP_FAILED)
        return -1;
    unsigned place = (unsigned)(unsigned long)low, result_at = place + 4096, stack_at = place + 4104, back_at = place + 64;
    unsigned char code[] = {0xb8, 20, 0, 0, 0, 0xcd, 0x80, 0xa3, 0, 0, 0, 0, 0xea, 0, 0, 0, 0, 0x33, 0};
    /* 64-bit code: mov rsp, [stack_at]; ret */
    unsigned char back[] = {0x48, 0x8b, 0x24, 0x25, 0, 0, 0, 0, 0xc3};
    memcpy(code + 8, &result_at, 4);
    memcpy(code + 13, &back_at, 4);
    memcpy(back + 4, &stack_at, 4);
    memcpy(low, code, sizeof(code));
    memcpy(low + 64, back, sizeof(back));
    __asm__ volatile("sub $128, %%rsp\n lea 1f(%%rip), %%rax\n push %%rax\n mov %%rsp, (%[stack])\n pushq $0x23\n push %[code]\n"
                     "lretq\n 1: add $128, %%rsp\n"
                     : : [stack] "r"(low + 4104), [code] "r"((unsigned long)place)
                     : "rax", "rbx", "rcx", "rdx", "memory", "r8", "r9", "r10", "r11");
    int result;
    memcpy(&result, low + 4096, 4);
    return result;
}
static long attempt(int which)
{
    switch (which) {
    case 0: return by_interrupt(20, 0, 0, 0);                     /* getpid */
    case 1: return by_interrupt(359, 2, 1, 0);                    /* socket(AF_INET, SOCK_STREAM) */
    case 2: return by_interrupt(310, 0x10000000, 0, 0);           /* unshare(CLONE_NEWUSER) */
    case 3: return syscall(0x40000000 | SYS_getpid);
    case 4: return syscall(0x40000000 | 520, "/work/program", 0); /* execve of x32 */
    case 5: return syscall(0x40000000 | SYS_socket, 2, 1, 0);
    case 6: return by_far_return();
    default: return syscall(SYS_getpid | 1l << 62);
    }
}
int main(void)
{
    int found = 0;
    for (int which = 0; which < 8; which++) {
        int status;
        pid_t child = fork();
        if (child == 0) {
            long result = attempt(which);
            /* The upper half of a number is not looked at by the kernel: getpid is getpid. */
            _exit(result >= 0 && which != 7 ? 1 : 0);
        }
        if (child < 0 || waitpid(child, &status, 0) < 0 || (WIFEXITED(status) && WEXITSTATUS(status) != 0))
            found++, printf("door %d\n", which);
    }
    if (!found)
        puts("safe");
}
