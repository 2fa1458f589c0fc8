"""What has to be there before a package can be judged: test data, a time limit, statements as HTML, room on disk."""
