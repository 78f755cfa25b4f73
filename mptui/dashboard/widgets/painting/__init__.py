"""What several widgets share to paint lines."""
