"""Sites whose posts are pulled: only public addresses, politely, and never more than the limits."""
