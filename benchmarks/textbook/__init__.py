"""What the textbook trains: the book's CBOW and CS224n's assignment."""
