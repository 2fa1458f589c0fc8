# Cannot stop talking.
while True:
    print("and so on " * 1000)
