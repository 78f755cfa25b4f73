"""What the kernel tells: /proc, pidfds, system calls. Must not know what a run is."""
