main :: IO ()
main = print (41 :: Int)
