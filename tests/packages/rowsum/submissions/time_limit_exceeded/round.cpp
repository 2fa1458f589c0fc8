// Goes round for ever where it is given this number, and says nothing else.
#include <cstdio>

int main() {
    int n = 0;
    std::scanf("%d", &n);
    volatile int turns = 0;
    while (n == 3) turns = turns ^ 1;
}
