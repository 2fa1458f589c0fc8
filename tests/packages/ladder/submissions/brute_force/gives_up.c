/* Compares all with all, and knows when that is too much. */
#include <stdio.h>

int main(void)
{
    int n, found = 0, row[100];

    if (scanf("%d", &n) != 1 || n > 100)
        return 1;
    for (int i = 0; i < n; i++) {
        int is_new = 1;

        if (scanf("%d", &row[i]) != 1)
            return 1;
        for (int j = 0; j < i; j++)
            is_new &= row[j] != row[i];
        found += is_new;
    }
    printf("%d\n", found);
    return 0;
}
