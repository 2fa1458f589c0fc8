        .globl main
        .section .rodata
text:   .asciz "41"
        .text
main:
        subq $8, %rsp
        leaq text(%rip), %rdi
        call puts
        xorl %eax, %eax
        addq $8, %rsp
        ret
        .section .note.GNU-stack, "", @progbits
