object Main {
  @volatile var steps = 0

  def main(arguments: Array[String]): Unit = {
    val Array(a, b) = scala.io.StdIn.readLine().trim.split(" ").map(_.toInt)
    var i = 0
    while (i < 10000000) { steps += 1; i += 1 }
    println(a + b + steps - 10000000)
  }
}
