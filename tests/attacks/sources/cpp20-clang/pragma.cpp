#include "@CANARY@"
#pragma comment(lib, "@CANARY@")

int main()
{
}
