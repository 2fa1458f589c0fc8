#include <cstdio>

int main() { return std::freopen("input.txt", "r", stdin) == nullptr; }
