#include <cstdio>

int main() {
    long long n, number, sum = 0;
    std::scanf("%lld", &n);
    while (n-- > 0 && std::scanf("%lld", &number) == 1) sum += number;
    std::printf("%lld\n", sum);
}
