#include "power.h"

long long power(long long a, long long b) {
    long long found = 1;
    for (; b > 0; b /= 2, a = a * a % MODULUS)
        if (b % 2) found = found * a % MODULUS;
    return found % MODULUS;
}
