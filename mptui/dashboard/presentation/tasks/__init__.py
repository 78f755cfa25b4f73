"""The tasks view: functions, the slowest tasks, those that failed."""
