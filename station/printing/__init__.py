"""Paper: the program that prints what the journal says, the printers it knows, and a picture of what they would print."""
