"""Arrays in, arrays changed: no validation, no input or output, no classes, no logging. Each kernel's
definition is in `reference/`.
"""
