        .globl main
        .section .rodata
read:   .asciz "%d %d"
write:  .asciz "%d\n"
        .text
# What is in %edi, by as many calls; 112 bytes of stack for each.
descend:
        subq $104, %rsp
        xorl %eax, %eax
        testl %edi, %edi
        jz done
        decl %edi
        call descend
        incl %eax
done:   addq $104, %rsp
        ret
main:
        subq $24, %rsp
        leaq read(%rip), %rdi
        leaq 8(%rsp), %rsi
        leaq 12(%rsp), %rdx
        xorl %eax, %eax
        call scanf
        movl $1000000, %edi
        call descend
        leal -1000000(%rax), %esi
        addl 8(%rsp), %esi
        addl 12(%rsp), %esi
        leaq write(%rip), %rdi
        xorl %eax, %eax
        call printf
        xorl %eax, %eax
        addq $24, %rsp
        ret
        .section .note.GNU-stack, "", @progbits
