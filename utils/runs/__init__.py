"""A finished run: its files, its plots, its page, and runs side by side."""
