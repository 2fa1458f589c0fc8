printf("open
