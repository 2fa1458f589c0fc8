object Main {
  var steps = 0

  def main(arguments: Array[String]): Unit = while (true) steps += 1
}
