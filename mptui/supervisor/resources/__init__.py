"""What processes take of what there is only so much of: descriptors, shared memory."""
