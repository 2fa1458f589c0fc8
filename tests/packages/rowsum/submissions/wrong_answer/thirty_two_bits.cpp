#include <cstdio>

int main() {
    int n;
    unsigned sum = 0;
    long long number;
    std::scanf("%d", &n);
    while (n-- > 0 && std::scanf("%lld", &number) == 1) sum += (unsigned)number;
    std::printf("%d\n", (int)sum);
}
