"""What mptui costs, in ratios: programs to run by hand (`make bench`), never timed tests.

All that is compared is measured in the same run, in turns, so that a busy machine slows both
sides alike; a figure stands for the median of its rounds. Trust the ratios, not the seconds.
"""
