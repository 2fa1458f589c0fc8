#include <cstdio>

int main() {
    int n;
    std::scanf("%d", &n);
    for (int i = 0; i < n; i++) std::printf("%d ", i / 2 + 1);
}
