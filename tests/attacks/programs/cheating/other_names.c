// covers: F12
// expect: WA
// Calls itself what the judge's own programs are called.
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
int main(int count, char **arguments)
{
    static const char *const names[] = {"launcher", "validator", "checker", "judge", "init", "kthreadd"};
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        prctl(PR_SET_NAME, names[i]);
        strncpy(arguments[count - 1], names[i], strlen(arguments[count - 1]));
    }
    puts("accepted");
}
