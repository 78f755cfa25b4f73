"""How durations, sizes, counts, ends, waits and executors are said in words, by every part alike."""
