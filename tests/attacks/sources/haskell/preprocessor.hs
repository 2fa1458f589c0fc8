{-# OPTIONS_GHC -F -pgmF /bin/cat -optF @CANARY@ #-}
main :: IO ()
main = interact $ \text -> show (sum (map read (words text) :: [Int])) ++ "\n"
