print(*[input()] * 2)
