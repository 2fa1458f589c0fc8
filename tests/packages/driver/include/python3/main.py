import solution

print(solution.power(*map(int, input().split())))
