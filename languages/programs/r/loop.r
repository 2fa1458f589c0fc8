numbers <- scan(file("stdin"), quiet = TRUE)
steps <- 0
for (i in 1:10000000) steps <- steps + 1
cat(sum(numbers) + steps - 10000000, "\n", sep = "")
