"""Projects: making, opening and filling them."""
