# This submission says the same thing over and over again, and does so in one long comment
# This submission says the same thing over and over again, and does so in another long comment
# This submission says it once more
number = input()
print(number, number)
