"""Who may pay for training, and the decision."""
