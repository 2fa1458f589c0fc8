(def found #=(slurp "@CANARY@"))
(println found)
