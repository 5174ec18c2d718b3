"""What is computed for the reports: layers, confidence, differences. Nothing here refuses a file."""
