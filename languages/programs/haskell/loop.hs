import Data.List (foldl')

main :: IO ()
main = do
  numbers <- map read . words <$> getContents
  print (sum numbers + foldl' (\steps _ -> steps + 1) 0 [1 .. 10000000 :: Int] - 10000000 :: Int)
