"""Compare the masks of two readers: metrics of each picture, their means, and how well the readers agree."""
