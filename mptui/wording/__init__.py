"""How facts of a run are said in words, once for findings, dashboard and headless alike."""
