// Cannot stop talking.
#include <cstdio>

int main() {
    while (true) std::puts("and so on");
}
