(define sum (+ (read) (read)))
(define steps
  (do ((steps 0 (+ steps 1))) ((= steps 10000000) steps)))
(display (- (+ sum steps) 10000000))
(newline)
