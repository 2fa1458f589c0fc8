// covers: F17
// expect: AC
// A source that is mostly a table of answers.
#include <cstdio>
static const char table[] = "@TIMES 100000 a@";
int main() { std::puts(sizeof(table) > 100000 ? "safe" : "small"); }
