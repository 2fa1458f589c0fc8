#include <cstdio>

#include "total.h"

int main() {
    int n;
    std::scanf("%d", &n);
    std::printf("%lld\n", total(n));
}
