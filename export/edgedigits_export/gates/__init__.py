"""What a file must meet: pure comparisons of what was measured with a limit, and the likely cause of a failure."""
