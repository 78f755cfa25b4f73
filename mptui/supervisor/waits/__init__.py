"""What processes wait in, seen from outside."""
