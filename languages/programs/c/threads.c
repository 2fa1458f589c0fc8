#include <pthread.h>
#include <stdio.h>

static int a, b, sum;

static void *add(void *unused)
{
    sum = a + b;
    return unused;
}

int main(void)
{
    pthread_t thread;
    if (scanf("%d %d", &a, &b) != 2 || pthread_create(&thread, NULL, add, NULL) != 0)
        return 1;
    pthread_join(thread, NULL);
    printf("%d\n", sum);
    return 0;
}
