(format t "~a~%" (loop repeat (read) sum (read)))
