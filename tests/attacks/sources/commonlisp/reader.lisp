(defparameter *found*
  #.(with-open-file (canary "@CANARY@" :if-does-not-exist nil) (and canary (read-line canary))))

(format t "~a~%" (or *found* (+ (read) (read))))
