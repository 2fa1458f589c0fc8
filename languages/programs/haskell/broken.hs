main :: IO ()
main = print ("text" + 1)
