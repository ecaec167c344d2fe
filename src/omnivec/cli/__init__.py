"""The command line: parses, calls, prints. Nothing in it computes.

app.py        the parser, the exit codes, the one place where errors become lines
failure.py    what went wrong in the call, in our words
flags.py      options as flags; what every verb takes
help.py       the look of --help
out.py        results on stdout
show.py       progress on stderr
call.py       a preset below a file below flags, as options
saving.py     what becomes of a trained model; resume.py  checkpoints; signals.py  Ctrl-C and SIGTERM
opening.py    how a model is opened; target.py  where vectors go
train.py plan.py extend.py ask.py judge.py info.py move.py index.py learn.py demo.py       the verbs
questions.py  lines of stdin as questions of ask.py; rival.py  gensim beside demo.py
lesson_screen.py  a lesson on the terminal
"""

from omnivec.cli.app import main

__all__ = ["main"]
