(loop [i 0] (recur (unchecked-inc i)))
