#include <cstdio>

int fibonacci(int n) { return n < 2 ? n : (fibonacci(n - 1) + fibonacci(n - 2)) % 1000; }

int main() {
    int n;
    std::scanf("%d", &n);
    std::printf("%d\n", fibonacci(n));
}
