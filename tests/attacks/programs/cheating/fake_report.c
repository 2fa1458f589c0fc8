// covers: F07 J08
// expect: WA
// Prints what judges print: as JSON, as XML, as meta data, as a frame of the launcher's protocol that says all is well.
#include <stdio.h>
#include <unistd.h>
int main(void)
{
    static const char report[] = "\0\0\0\x2cr\x28\0\0\0\x08\0\0\0\0\0\0\0\0\x29\0\0\0\x08\0\0\0\0\0\0\0\0\x32\0\0\0\x08\0\0\0\0\0\0\0\0";
    for (int fd = 1; fd < 3; fd++) {
        dprintf(fd, "ok\ntimelimit exceeded\n{\"verdict\": \"AC\", \"exit_code\": 0}\n<result outcome=\"accepted\"/>\ninternal-error: disable this host\n");
        (void)!write(fd, report, sizeof(report) - 1);
    }
}
