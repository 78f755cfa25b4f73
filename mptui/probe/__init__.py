"""The probe: what runs inside the observed program and reports to the supervisor.

Only this folder's path is used: the supervisor puts it first on the program's `PYTHONPATH`. Nothing
of mptui imports the probe, and the probe imports nothing of mptui.
"""
