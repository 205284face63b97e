"""Style: themes, colours and icons."""
