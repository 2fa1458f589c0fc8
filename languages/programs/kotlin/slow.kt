var steps = 0

fun main() {
    while (true) {
        steps++
    }
}
