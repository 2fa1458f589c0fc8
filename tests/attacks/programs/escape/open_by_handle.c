// covers: E16
// expect: AC
// Opens files by the numbers that file systems have for them, past every folder and mount.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
int main(void)
{
    union { struct file_handle handle; char space[128]; } place = {0};
    int folders[] = {open("/", O_RDONLY), open("/work", O_RDONLY), open("/tmp", O_RDONLY), open("/usr", O_RDONLY), AT_FDCWD}, mount, found = 0;
    for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
        place.handle.handle_bytes = 64;
        found += name_to_handle_at(folders[i], ".", &place.handle, &mount, 0) == 0;
        for (unsigned inode = 1; inode < 200; inode++) {
            place.handle.handle_bytes = 8;
            place.handle.handle_type = 1;
            memcpy(place.handle.f_handle, (unsigned[]){inode, 0}, 8);
            found += open_by_handle_at(folders[i], &place.handle, O_RDONLY) >= 0;
        }
    }
    puts(found ? "opened" : "safe");
}
