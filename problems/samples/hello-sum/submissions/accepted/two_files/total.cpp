#include "total.h"

long long total(std::istream &amounts) {
    int n;
    amounts >> n;
    long long sum = 0, amount;
    while (n-- > 0 && amounts >> amount) sum += amount;
    return sum;
}
