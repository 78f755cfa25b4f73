"""What is killed, cut or hung up in the middle of a run, and what must survive it.

The short form is a test for each victim; the long one, `make faults`, picks victims and moments at
random for as long as it is told to, and prints a table.
"""
