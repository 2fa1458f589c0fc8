print("inf", "Infinity")
