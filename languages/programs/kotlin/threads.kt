import kotlin.concurrent.thread

fun main() {
    val (a, b) = readLine()!!.trim().split(" ").map { it.toInt() }
    var sum = 0
    thread { sum = a + b }.join()
    println(sum)
}
