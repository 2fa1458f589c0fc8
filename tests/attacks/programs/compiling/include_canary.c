// covers: G02 J10
// quick: yes
// expect: CE
// gVisor's /proc has the empty environment of process 1: source without a line.
// expect@gvisor: CE WA
// each: @CANARY@ /proc/1/environ /proc/1/root/etc/hostname /exchange/in/program /data/answer ../../../../../../@CANARY@
// Shows a file of the host, or of the judge, in the compiler's words.
#include "@EACH@"
int main(void) { return 0; }
