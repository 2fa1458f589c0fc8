// covers: G12
// expect: CE
// compile_ms: 1500
// Two hundred thousand functions with everything that a debugger wants to know of them.
#pragma GCC optimize("O0")
#define PASTE(a, b) a##b
#define NAME(number) PASTE(function, number)
#define ONE int NAME(__COUNTER__)(int x, long y) { struct Local { int a; long b[3]; } local = {x, {y}}; return local.a + __LINE__; }
#define TEN ONE ONE ONE ONE ONE ONE ONE ONE ONE ONE
#define HUNDRED TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN
#define THOUSAND HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED HUNDRED
#define MANY THOUSAND THOUSAND THOUSAND THOUSAND THOUSAND THOUSAND THOUSAND THOUSAND THOUSAND THOUSAND
MANY MANY MANY MANY MANY MANY MANY MANY MANY MANY
MANY MANY MANY MANY MANY MANY MANY MANY MANY MANY
int main() { return function1(1, 2); }
