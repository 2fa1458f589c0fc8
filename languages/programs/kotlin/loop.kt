@Volatile var steps = 0

fun main() {
    val (a, b) = readLine()!!.trim().split(" ").map { it.toInt() }
    for (i in 1..10_000_000) steps++
    println(a + b + steps - 10_000_000)
}
