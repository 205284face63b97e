"""First proposal: disc and cup of a fundus photograph by classical image analysis, for when there is no model."""
