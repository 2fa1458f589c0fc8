def (a, b) = System.in.newReader().readLine().trim().split(" ").collect { it as int }
def sum = 0
Thread.start { sum = a + b }.join()
println sum
