object Main {
  def descend(depth: Int): Int = if (depth == 0) 0 else descend(depth - 1) + 1

  def main(arguments: Array[String]): Unit = {
    val Array(a, b) = scala.io.StdIn.readLine().trim.split(" ").map(_.toInt)
    println(a + b + descend(1200000) - 1200000)
  }
}
