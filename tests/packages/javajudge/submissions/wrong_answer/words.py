print("larger")
