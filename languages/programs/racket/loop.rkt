#lang racket
(define sum (+ (read) (read)))
(define steps (for/fold ([steps 0]) ([_ (in-range 10000000)]) (add1 steps)))
(displayln (- (+ sum steps) 10000000))
