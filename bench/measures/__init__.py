"""What `make bench` measures, each thing in a process of its own."""
