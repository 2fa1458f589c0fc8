import Control.Concurrent

main :: IO ()
main = do
  numbers <- map read . words <$> getContents
  box <- newEmptyMVar
  _ <- forkIO (putMVar box (sum numbers :: Int))
  takeMVar box >>= print
