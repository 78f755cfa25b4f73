"""The screens that lie over the dashboard: a question, a form, the help."""
