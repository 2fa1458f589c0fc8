// covers: A05
// expect: TLE
// Starts itself anew before anybody can count its time.
#include <unistd.h>
int main(int count, char **arguments)
{
    (void)count;
    execv("/work/program", arguments);
}
