// Lets a validator written with testlib judge as an input validator of the ICPC problem package format.
//
//   here:     run [arguments] < input            42 says that the input is valid
//   testlib:  validator [arguments] < input      0 says so

#include <cstdio>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

static const int VALID = 42, INVALID = 43, FAILED = 1;

int main(int, char **argv) {
    char self[4096];
    ssize_t size = readlink("/proc/self/exe", self, sizeof self);
    if (size <= 0 || size == (ssize_t)sizeof self) {
        perror("/proc/self/exe");
        return FAILED;
    }
    std::string path(self, size);
    path = path.substr(0, path.rfind('/') + 1) + "validator";
    pid_t child = fork();
    if (child == 0) {
        execv(path.c_str(), argv);
        perror(path.c_str());
        _exit(127);
    }
    int status;
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status) == 127)
        return FAILED;
    return WEXITSTATUS(status) == 0 ? VALID : INVALID;
}
