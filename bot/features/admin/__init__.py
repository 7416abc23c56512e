"""What admins set: who approves, and how much may be spent."""
