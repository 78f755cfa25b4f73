"""What goes through the program's queues."""
