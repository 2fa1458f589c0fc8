#include "total.h"

#include <cstdio>

long long total(int n) {
    long long number, sum = 0;
    while (n-- > 0 && std::scanf("%lld", &number) == 1) sum += number;
    return sum;
}
