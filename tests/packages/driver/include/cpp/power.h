constexpr long long MODULUS = {{modulus}};

long long power(long long a, long long b);
