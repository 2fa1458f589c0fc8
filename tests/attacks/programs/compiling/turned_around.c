// covers: G30
// expect: AC
// Looks to a reader like another program than it is.
#include <stdio.h>
int main(void)
{
    /* @RLO@ } if (judge) @RLI@ begin */ puts("safe"); /* end @RLO@ { @RLI@ */
}
