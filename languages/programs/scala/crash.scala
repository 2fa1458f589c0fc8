object Main {
  def main(arguments: Array[String]): Unit = sys.error("crash")
}
