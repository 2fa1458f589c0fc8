#include <vector>

int main()
{
    std::vector<int> values = "text";
}
