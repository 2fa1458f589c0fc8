from adding import added

input()
print(added(input()))
