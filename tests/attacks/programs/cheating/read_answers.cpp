// covers: F01 F04
// expect: AC
// Tries the names that answers, inputs and other people's programs have in judges, up ten levels.
#include <cstdio>
#include <string>
int main()
{
    int found = 0;
    std::string up;
    const char *const names[] = {"1.ans", "1.out", "answer", "answer.txt", "output.txt", "input.txt", "testdata.ans", "testdata.in", "judgement.txt",
                                 "data/secret/1.ans", "data/sample/1.ans", "secret/1.in", "in/stdin", "out/stdout", "in/program", "exchange/in/stdin",
                                 "cells", "cache/programs", "blobs", "var/cells", "source.cpp", "main.cpp", "run.sh", "compile.sh", "program.meta"};
    for (int level = 0; level < 10; level++, up += "../")
        for (const char *name : names)
            if (std::FILE *file = std::fopen((up + name).c_str(), "r")) {
                std::printf("%s%s\n", up.c_str(), name);
                std::fclose(file);
                found++;
            }
    if (!found)
        std::puts("safe");
}
