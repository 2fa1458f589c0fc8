# covers: F13 F15
# expect: WA
# answer: 8
# checker: tokens float_tolerance 1e-6
print("8." + "0" * 200000 + "1e" + "9" * 100000)
