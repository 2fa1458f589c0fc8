// covers: E20
// expect: AC
// Where it is, and what there is above.
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
int main(void)
{
    static const char *const known[] = {".", "..", "bin", "dev", "etc", "feedback", "lib", "lib32", "lib64", "libx32", "proc", "sbin", "tmp", "usr", "work"};
    char path[256] = "";
    int found = 0;
    if (!getcwd(path, sizeof(path)) || strcmp(path, "/work") != 0)
        found++, printf("starts in %s\n", path);
    for (int i = 0; i < 50; i++)
        chdir("..");
    if (!getcwd(path, sizeof(path)) || strcmp(path, "/") != 0)
        found++, printf("ends in %s\n", path);
    DIR *root = opendir(".");
    for (struct dirent *entry; root && (entry = readdir(root));) {
        int is_known = 0;
        for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
            is_known |= strcmp(entry->d_name, known[i]) == 0;
        if (!is_known)
            found++, printf("/%s\n", entry->d_name);
    }
    if (!found)
        puts("safe");
}
