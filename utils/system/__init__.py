"""How a program starts, stops and writes files."""
