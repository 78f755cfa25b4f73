"""Other people's tests, once plainly and once under mptui: the same of them have to pass.

`python -m tests.conformance` runs CPython's own tests of everything that touches processes, and
those of loky and joblib, on each interpreter at hand, and prints both results side by side.
"""
