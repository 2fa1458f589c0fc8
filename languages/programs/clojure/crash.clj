(throw (IllegalStateException. "crash"))
