#include <cstdio>

int main() {
    int n, found = 0;
    std::scanf("%d", &n);
    for (int d = 1; d <= n; d++) found += n % d == 0;
    std::printf("%d\n", found);
}
