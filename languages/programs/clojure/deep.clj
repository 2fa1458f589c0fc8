(defn descend [depth] (if (zero? depth) 0 (inc (descend (dec depth)))))
(println (- (+ (read) (read) (descend 200000)) 200000))
