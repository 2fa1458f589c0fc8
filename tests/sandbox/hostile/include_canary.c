// expect: CE
// each: @CANARY@ /proc/1/environ /proc/1/root/etc/hostname /exchange/in/program /data/answer ../../../../../../@CANARY@
// Shows a file of the host, or of the judge, in the compiler's words.
#include "@EACH@"
int main(void) { return 0; }
