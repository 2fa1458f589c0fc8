// covers: A17
// quick: yes
// expect: TLE
// reason: idle
#include <unistd.h>
int main(void) { return (int)sleep(3600); }
