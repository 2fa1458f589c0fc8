# Ends before it has found anything.
