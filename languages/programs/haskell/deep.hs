descend :: Int -> Int
descend 0 = 0
descend depth = 1 + descend (depth - 1)
{-# NOINLINE descend #-}

main :: IO ()
main = do
  numbers <- map read . words <$> getContents
  print (sum numbers + descend 12000000 - 12000000)
