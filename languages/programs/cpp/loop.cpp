#include <iostream>

int main()
{
    int a, b;
    volatile int steps = 0;
    std::cin >> a >> b;
    for (int i = 0; i < 10000000; i++)
        steps = steps + 1;
    std::cout << a + b + steps - 10000000 << '\n';
}
