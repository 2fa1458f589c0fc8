(let* ((numbers (list (read) (read)))
       (threads (mapcar (lambda (number) (sb-thread:make-thread (lambda () number))) numbers)))
  (format t "~a~%" (reduce #'+ (mapcar #'sb-thread:join-thread threads))))
