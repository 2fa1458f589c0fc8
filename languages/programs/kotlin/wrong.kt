fun main() {
    println(41)
}
