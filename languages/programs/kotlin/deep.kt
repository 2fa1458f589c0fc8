fun descend(depth: Int, a: Long, b: Long): Int = if (depth == 0) 0 else descend(depth - 1, b, a + 1) + 1

fun main() {
    val (a, b) = readLine()!!.trim().split(" ").map { it.toInt() }
    println(a + b + descend(1200000, 1, 2) - 1200000)
}
