"""What a run leaves in its folder, and what it prints."""
