"""`omnivec bias measure` and `bias remove`."""

from cyclopts import App

app = App(name="bias", help="What prejudice vectors carry, and vectors without it.")
app.command("omnivec.cli.bias_measure:measure", name="measure")
app.command("omnivec.cli.bias_remove:remove", name="remove")
