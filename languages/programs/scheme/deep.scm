(define (descend depth)
  (if (zero? depth) 0 (+ 1 (descend (- depth 1)))))

(display (- (+ (read) (read) (descend 1000000)) 1000000))
(newline)
