"""What a person can set, and where it was set: a file, the environment, or the command line.

What stands later in that list wins. Must not know what a front end makes of it.
"""

from mptui.settings.sources import config_path, load
from mptui.settings.table import SETTINGS, Held, Setting, Settings, default_settings

__all__ = ["SETTINGS", "Held", "Setting", "Settings", "config_path", "default_settings", "load"]
