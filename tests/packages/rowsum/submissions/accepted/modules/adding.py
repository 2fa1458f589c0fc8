def added(row):
    return sum(map(int, row.split()))
