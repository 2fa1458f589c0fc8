#include <stdio.h>

static int counted(FILE *file, int letter)
{
    int c, found = 0;

    while ((c = getc(file)) != EOF)
        found += c == letter;
    return found;
}

int main(int count, char *words[])
{
    FILE *text = fopen("text.txt", "r");

    if (count != 2 || text == NULL)
        return 1;
    printf("%d\n", counted(stdin, words[1][0]) + counted(text, words[1][0]));
    return 0;
}
