// covers: J08
// expect: CE
// Has the compiler say what a judge's files say.
#error internal-error: compile script failed, disable this judgehost
#error exitcode: 0
#line 1 "compile.meta"
#error time-result: ok
#pragma message("verdict: AC\nlauncher: done")
int main(void) { return 0; }
