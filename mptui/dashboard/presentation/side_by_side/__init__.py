"""The outputs of many processes side by side: who stands where, and what each column holds."""
