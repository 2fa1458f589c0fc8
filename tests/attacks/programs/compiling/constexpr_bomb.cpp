// covers: G09
// expect: CE
// compile_ms: 1000
// Lets the compiler compute what nobody has the time for.
constexpr long fibonacci(int n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }
static_assert(fibonacci(60) > 0);
int main() { return 0; }
