print("nan", "nan")
