"""Opening and reading files, beside the programs that wrote them."""
