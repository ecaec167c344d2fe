"""The command line: parses, calls, prints. Nothing in it computes.

app.py        the verbs, the parser, the exit codes, the one place where errors become lines
failure.py    what went wrong in the call, in our words
flags.py      options as flags; what every verb takes
call.py       a preset below a file below flags, as options
columns.py    which columns of a table of texts are read
opening.py    how a model is opened; recipe.py  how its words become a text's vector
help.py       the look of --help
out.py        results on stdout; report.py  the same as HTML and JSON
show.py       progress on stderr
signals.py    Ctrl-C and SIGTERM
train/ ask/ judge/ bias/ look/ move/       the verbs, by what they are for
"""

from omnivec.cli.app import main

__all__ = ["main"]
