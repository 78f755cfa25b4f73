"""A run as one HTML file that needs nothing else: no network, no server, no other file."""

from mptui.export.page.page import MERGED_BYTES, write_page

__all__ = ["MERGED_BYTES", "write_page"]
