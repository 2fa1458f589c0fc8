def (a, b) = System.in.newReader().readLine().trim().split(" ").collect { it as int }
println a + b
