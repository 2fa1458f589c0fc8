#lang racket
(define (descend depth) (if (zero? depth) 0 (add1 (descend (sub1 depth)))))
(displayln (- (+ (read) (read) (descend 2000000)) 2000000))
