// covers: F16 J15
// expect: CE
// The same through the compiler's words.
#error [31m@ESC@[2J <script>alert(1)</script> @RLO@ [bold red]red[/] %s%n ${x} =1+1
int main(void) { return 0; }
