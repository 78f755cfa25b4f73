"""The state of the panes, from the choice of a program to its end. Must not know Textual."""
