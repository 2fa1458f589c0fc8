// Lets a checker written with testlib judge as an output validator of the ICPC problem package format.
//
//   here:     run input answer feedback/ [points P] [flags] < output      42 accepts, 43 rejects, all else is a judge error
//   testlib:  checker [flags] input output answer                  0 accepts; 1, 2, 4, 8 reject; 7 gives points; 3 fails
//
// With "points P", a test that is accepted is worth P, and what a checker gives is its score. Without, a checker that
// gives points has not accepted. What the checker says on standard error is for judges.
//
// Compiled with -DINTERACTIVE it starts the interactor first, on the streams of the submission, as
// "interactor input output answer"; what that one writes into its output file is then given to the checker.

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

static const int ACCEPT = 42, REJECT = 43, JUDGE_ERROR = 1;

static void fail(const char *what) {
    perror(what);
    exit(JUDGE_ERROR);
}

static std::string beside(const char *name) {
    char self[4096];
    ssize_t size = readlink("/proc/self/exe", self, sizeof self);
    if (size <= 0 || size == (ssize_t)sizeof self)
        fail("/proc/self/exe");
    std::string path(self, size);
    return path.substr(0, path.rfind('/') + 1) + name;
}

#ifndef INTERACTIVE
static void save_output(const std::string &path) {
    FILE *file = fopen(path.c_str(), "wb");
    if (!file)
        fail(path.c_str());
    static char buffer[1 << 16];
    size_t size;
    while ((size = fread(buffer, 1, sizeof buffer, stdin)) > 0)
        if (fwrite(buffer, 1, size, file) != size)
            fail(path.c_str());
    if (fclose(file))
        fail(path.c_str());
}
#endif

// The exit code of "program arguments..."; its standard error goes to the file `message`.
static int run(const char *name, std::vector<const char *> arguments, const std::string &message) {
    std::string program = beside(name);
    arguments.insert(arguments.begin(), name);
    arguments.push_back(nullptr);
    pid_t child = fork();
    if (child < 0)
        fail("fork");
    if (child == 0) {
        int file = open(message.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
        if (file < 0 || dup2(file, 2) < 0)
            _exit(127);
        execv(program.c_str(), const_cast<char **>(arguments.data()));
        _exit(127);
    }
    // The submission must see the end of its streams when the interactor ends, not when we do.
    int nothing = open("/dev/null", O_RDWR);
    if (nothing < 0 || dup2(nothing, 0) < 0 || dup2(nothing, 1) < 0)
        fail("/dev/null");
    close(nothing);
    int status;
    if (waitpid(child, &status, 0) != child || !WIFEXITED(status))
        return -1;
    return WEXITSTATUS(status);
}

static bool is_rejection(int code) {
    return code == 1 || code == 2 || code == 4 || code == 8;
}

static std::string points_said(const std::string &message) {
    FILE *file = fopen(message.c_str(), "r");
    char number[64] = "";
    bool is_there = file && fscanf(file, " points %63[0-9.eE+-]", number) == 1;
    if (file)
        fclose(file);
    return is_there ? number : "";
}

static void write_score(const std::string &feedback, const std::string &score) {
    FILE *file = fopen((feedback + "score.txt").c_str(), "w");
    if (!file || fprintf(file, "%s\n", score.c_str()) < 0 || fclose(file))
        fail("score.txt");
}

int main(int argc, char **argv) {
    if (argc < 4) {
        fprintf(stderr, "usage: run input answer feedback/ [points P] [flags] < output\n");
        return JUDGE_ERROR;
    }
    std::string feedback = argv[3], message = feedback + "judgemessage.txt", output = feedback + "output.tmp";
    std::string worth;
    std::vector<const char *> arguments;
    for (int i = 4; i < argc; i++)
        if (!strcmp(argv[i], "points") && i + 1 < argc)
            worth = argv[++i];
        else
            arguments.push_back(argv[i]);
    for (const char *file : {(const char *)argv[1], output.c_str(), (const char *)argv[2]})
        arguments.push_back(file);
#ifdef INTERACTIVE
    close(open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644));
    int talked = run("interactor", {argv[1], output.c_str(), argv[2]}, message);
    if (talked != 0) {
        unlink(output.c_str());
        return is_rejection(talked) ? REJECT : JUDGE_ERROR;
    }
#else
    save_output(output);
#endif
    int code = run("checker", arguments, message);
    unlink(output.c_str());
    if (code == 0) {
        if (!worth.empty())
            write_score(feedback, worth);
        return ACCEPT;
    }
    if (code == 7) {
        std::string points = points_said(message);
        if (points.empty())
            return JUDGE_ERROR;
        if (worth.empty())
            return REJECT;
        write_score(feedback, points);
        return ACCEPT;
    }
    return is_rejection(code) ? REJECT : JUDGE_ERROR;
}
