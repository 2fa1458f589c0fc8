#include <stdio.h>
#include <string.h>

int main(void)
{
    char word[100] = "";

    scanf("%99s", word);
    printf("%zu\n", strlen(word));
    return 0;
}
