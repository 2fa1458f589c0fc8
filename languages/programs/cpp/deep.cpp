#include <iostream>

// A frame of at least 100 bytes, a million times.
static int descend(int depth)
{
    volatile char frame[100];
    frame[0] = static_cast<char>(depth & 1);
    return depth == 0 ? 0 : descend(depth - 1) + 1 + frame[0] * 0;
}

int main()
{
    int a, b;
    std::cin >> a >> b;
    std::cout << a + b + descend(1000000) - 1000000 << '\n';
}
