print(10, flush=True)
assert input() == "lower"
