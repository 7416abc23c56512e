"""What people say about drafts: emoji, reasons, and better versions of their own."""
