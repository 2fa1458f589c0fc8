#include <cstdio>

int main() {
    std::freopen("sum.in", "r", stdin);
    std::freopen("sum.out", "w", stdout);
    int n, number, sum = 0;
    std::scanf("%d", &n);
    while (n-- > 0 && std::scanf("%d", &number) == 1) sum += number;
    std::printf("%d\n", sum);
}
