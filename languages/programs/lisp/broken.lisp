(format t "open"
