"""What an explanation is made of: the recorded questions, the ways through them, and words."""
