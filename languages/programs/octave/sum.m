numbers = scanf("%d");
printf("%d\n", sum(numbers));
