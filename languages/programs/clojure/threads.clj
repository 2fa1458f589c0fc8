(let [a (read) b (read)]
  (println @(future (+ a b)))
  (shutdown-agents))
