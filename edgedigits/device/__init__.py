"""What model files do on this machine: their answers and their latency, each runtime in a process of its own."""
