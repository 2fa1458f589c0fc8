#include "power.h"

long long power(long long a, long long b)
{
    long long half;

    if (b == 0)
        return 1 % MODULUS;
    half = power(a, b / 2);
    return half * half % MODULUS * (b % 2 ? a : 1) % MODULUS;
}
