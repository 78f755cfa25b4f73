"""What each process did when: bars of tasks and waits in bounded memory."""
