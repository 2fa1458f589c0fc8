throw new IllegalStateException("crash")
