object Main {
  val number: Int = "text"
}
