"""What a voice's people want of it: how long a draft may take, whether there is a weekly digest."""
