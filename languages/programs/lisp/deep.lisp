(defun descend (depth)
  (if (zerop depth) 0 (1+ (descend (1- depth)))))

(format t "~a~%" (- (+ (read) (read) (descend 3000000)) 3000000))
