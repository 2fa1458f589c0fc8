(use-modules (ice-9 threads))
(let* ((a (read)) (b (read)))
  (display (join-thread (call-with-new-thread (lambda () (+ a b)))))
  (newline))
