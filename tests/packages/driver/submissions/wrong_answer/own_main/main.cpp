// The package's own file of this name takes the place of this one.
#include <iostream>

int main() { std::cout << 24 << std::endl; }
