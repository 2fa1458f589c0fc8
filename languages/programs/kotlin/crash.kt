fun main() {
    error("crash")
}
