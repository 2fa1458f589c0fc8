// covers: D10
// expect: AC
// Names that careless tools trip over.
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
int main(void)
{
    static const char *const names[] = {"-rf", "--help", "a\nb", "\x1b[2J", "\xff\xfe", " ", "*", "$(reboot)", "`id`", "..."};
    char path[512] = "/tmp/", *name = path + 5;
    int made = 0;
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        strcpy(name, names[i]);
        made += open(path, O_CREAT | O_WRONLY, 0600) >= 0;
    }
    memset(name, 'n', 255);
    name[255] = 0;
    made += mkdir(path, 0700) == 0;
    printf(made == 11 ? "safe\n" : "%d\n", made);
}
