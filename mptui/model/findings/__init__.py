"""Findings: conclusions from a run, in plain words, with the evidence that they rest on.

Nothing else in the model may import this folder: a run is folded the same whether or not anybody
draws conclusions from it.
"""

from mptui.model.findings.finding import Finding, Severity
from mptui.model.findings.findings import Findings

__all__ = ["Finding", "Findings", "Severity"]
