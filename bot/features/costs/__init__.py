"""What training would cost, where, and for how long it would last."""
