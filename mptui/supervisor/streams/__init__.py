"""What the program prints and reads: pipes and terminals, drained without waiting."""
