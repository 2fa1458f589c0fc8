main :: IO ()
main = mapM_ (\_ -> return ()) (cycle [1 :: Int, 2]) >> main
