/* Begins at sea level. @EXPECTED_GRADES@ AC WA AC
 * @EXPECTED_SCORE@: 70
 */
#include <stdio.h>

int main(void)
{
    int n, height, highest = 0;

    if (scanf("%d", &n) != 1)
        return 1;
    while (n-- > 0 && scanf("%d", &height) == 1)
        if (height > highest)
            highest = height;
    printf("%d\n", highest);
    return 0;
}
