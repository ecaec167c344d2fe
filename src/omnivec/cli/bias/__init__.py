"""`omnivec bias measure` and `bias remove`."""

from cyclopts import App

app = App(name="bias", help="What prejudice vectors carry, and vectors without it.")
app.command(
    "omnivec.cli.bias.measure:measure",
    name="measure",
    help="How strongly words are associated, by published tests or one's own lists.",
)
app.command(
    "omnivec.cli.bias.remove:remove",
    name="remove",
    help="A model without a direction, and what remains of the bias all the same.",
)
