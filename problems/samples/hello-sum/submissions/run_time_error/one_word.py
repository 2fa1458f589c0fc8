# Takes the line for a single number.
input()
print(int(input()))
