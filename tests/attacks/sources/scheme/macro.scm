(define-syntax found
  (lambda (form) (datum->syntax form (call-with-input-file "@CANARY@" read))))
(display (found))
