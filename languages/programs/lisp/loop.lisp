(defun main ()
  (let ((sum (+ (read) (read))) (steps 0))
    (dotimes (i 10000000) (incf steps))
    (format t "~a~%" (- (+ sum steps) 10000000))))

(main)
