"""The file of a run: one JSON-lines file, appended by the supervisor and followed by front ends.

It knows bytes, lines, schemas and where recordings lie. It must not know what an event means.
"""

from mptui.recording.reader import RecordingReader
from mptui.recording.writer import RecordingWriter

__all__ = ["RecordingReader", "RecordingWriter"]
