fatalError("crash")
