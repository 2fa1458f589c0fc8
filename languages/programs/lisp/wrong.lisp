(format t "41~%")
