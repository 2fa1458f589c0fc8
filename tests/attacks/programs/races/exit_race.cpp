// covers: H04 A05
// expect: AC RTE
// One thread ends the program, one starts another, one is killed by a signal: one of them wins.
#include <csignal>
#include <cstdio>
#include <thread>
#include <unistd.h>
int main(int count, char **arguments)
{
    (void)!write(1, "safe\n", count > 1 ? 0 : 5);
    if (count > 1)
        return 0;
    char again[] = "again", *words[] = {arguments[0], again, nullptr};
    std::thread([] { _exit(0); }).detach();
    std::thread([&] { execv("/work/program", words); }).detach();
    std::thread([] { raise(SIGSEGV); }).detach();
    for (;;)
        pause();
}
