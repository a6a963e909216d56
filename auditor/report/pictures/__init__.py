"""What the pictures of a report show, and how they are laid out."""
