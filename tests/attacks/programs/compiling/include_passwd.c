// covers: G02 J10
// expect: CE
// Shows the host's accounts in the compiler's words.
#include "/etc/passwd"
int main(void) { return 0; }
