"""What training would cost, who may pay for it, and the decision."""
