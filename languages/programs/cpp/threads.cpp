#include <iostream>
#include <thread>

int main()
{
    int a, b, sum = 0;
    std::cin >> a >> b;
    std::thread adding([&] { sum = a + b; });
    adding.join();
    std::cout << sum << '\n';
}
