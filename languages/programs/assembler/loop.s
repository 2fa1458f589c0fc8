        .globl main
        .section .rodata
read:   .asciz "%d %d"
write:  .asciz "%d\n"
        .text
main:
        subq $24, %rsp
        leaq read(%rip), %rdi
        leaq 8(%rsp), %rsi
        leaq 12(%rsp), %rdx
        xorl %eax, %eax
        call scanf
        movl $10000000, %ecx
        xorl %eax, %eax
step:   incl %eax
        decl %ecx
        jnz step
        leal -10000000(%rax), %esi
        addl 8(%rsp), %esi
        addl 12(%rsp), %esi
        leaq write(%rip), %rdi
        xorl %eax, %eax
        call printf
        xorl %eax, %eax
        addq $24, %rsp
        ret
        .section .note.GNU-stack, "", @progbits
