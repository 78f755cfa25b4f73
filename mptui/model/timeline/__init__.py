"""Who did what when: bars of tasks and waits in bounded memory."""
