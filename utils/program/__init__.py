"""How a program starts, stops, writes files, and does two things at a time."""
