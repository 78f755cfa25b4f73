"""What the dashboard's cells say: the model turned into styled text, without Textual.

Everything here is pure: same state, same text. It reads no clock, file or environment, and knows
nothing of widgets; how the text is painted is decided elsewhere. Of what paints it only the measure
of width is loaded, so that both measure alike.
"""
