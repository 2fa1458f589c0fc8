// covers: F16 J15
// expect: WA
// What a page, a terminal, a spreadsheet or a template would take for more than text.
#include <stdio.h>
int main(void)
{
    puts("<script>alert(1)</script><img src=x onerror=alert(1)> {{7*7}} {%include \"/etc/passwd\"%} %s%n ${jndi:ldap://127.0.0.1/}");
    puts("=cmd|'/c calc'!A1 \x1b]0;title\x07\x1b[2J\x1b[31m \r\b\b\b \u202e\u2066 [bold red]red[/]");
}
