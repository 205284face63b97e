"""Long work: generators of small frozen events; the only place where project meets engine."""
