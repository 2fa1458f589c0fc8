// @EXPECTED_RESULTS@: CORRECT
#include <cstdio>

int main() {
    long long a, b;
    std::scanf("%lld %lld", &a, &b);
    while (b) {
        const long long rest = a % b;
        a = b;
        b = rest;
    }
    std::printf("%lld\n", a);
}
