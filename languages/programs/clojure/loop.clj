(let [sum (+ (read) (read))
      steps (loop [i 0] (if (< i 10000000) (recur (inc i)) i))]
  (println (- (+ sum steps) 10000000)))
