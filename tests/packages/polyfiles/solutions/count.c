#include <stdio.h>

int main(void)
{
    FILE *given = fopen("sum.in", "r"), *said = fopen("sum.out", "w");
    int n;

    if (given == NULL || said == NULL || fscanf(given, "%d", &n) != 1)
        return 1;
    fprintf(said, "%d\n", n);
    return 0;
}
