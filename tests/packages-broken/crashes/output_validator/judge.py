raise ValueError("not my day")
