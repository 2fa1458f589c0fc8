#define MODULUS {{modulus}}LL

long long power(long long a, long long b);
