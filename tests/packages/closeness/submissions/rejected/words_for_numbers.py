print("four")
