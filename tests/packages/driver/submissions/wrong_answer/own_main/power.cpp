#include "power.h"

long long power(long long a, long long b) { return b == 0 ? 0 : (a + b) * 2 % MODULUS; }
