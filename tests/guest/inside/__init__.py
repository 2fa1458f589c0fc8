"""What runs in the guest; imported there only."""
