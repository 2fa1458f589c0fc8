"""What others wrote, made fit to be shown: statements, sources, differences. None of it becomes markup unsanitised."""
