"""Tools: what turns touches into gestures."""
