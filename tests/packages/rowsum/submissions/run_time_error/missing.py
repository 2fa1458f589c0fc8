print(sum(row))
