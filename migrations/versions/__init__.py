"""One module for each revision, with the SQL it executes beside it."""
