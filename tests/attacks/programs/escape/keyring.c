// covers: E09 J13
// expect: AC
// times: 2
// Leaves a word in each keyring there is and looks for the one that an earlier run left.
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>
int main(void)
{
    int found = 0;
    for (long ring = -1; ring >= -8; ring--) {
        found += syscall(SYS_request_key, "user", "judge-attack", NULL, ring) >= 0;
        found += syscall(SYS_add_key, "user", "judge-attack", "word", 4, ring) >= 0;
        found += syscall(SYS_keyctl, 0, ring, 1) >= 0;
        found += syscall(SYS_keyctl, 10, ring, "user", "judge-attack", 0) >= 0;
    }
    found += syscall(SYS_keyctl, 1, "judge-attack-session") >= 0;
    found += syscall(SYS_keyctl, 22, -1, -3) >= 0;
    puts(found ? "keys" : "safe");
}
