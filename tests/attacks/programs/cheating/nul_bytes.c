// covers: F14
// expect: WA
// The right answer with bytes behind it that a careless reader does not see.
#include <unistd.h>
int main(void) { return write(1, "safe\0\0junk\n", 11) != 11; }
