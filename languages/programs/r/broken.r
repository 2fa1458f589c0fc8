cat("open
