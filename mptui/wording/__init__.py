"""How durations, sizes, counts, ends, waits and executors are said in words, for every part."""
