# covers: F13
# expect: WA
# Data so deep that whoever parses it overflows, and a number so long that reading it takes for ever.
print("[" * 300000 + '{"a":' * 100000 + "9" * 100000 + "e" + "9" * 1000)
