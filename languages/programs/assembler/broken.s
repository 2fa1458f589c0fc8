        .globl main
        .text
main:   leap %rax
