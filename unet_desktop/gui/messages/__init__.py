"""Messages: status line, banner, confirmations and error dialogs."""
