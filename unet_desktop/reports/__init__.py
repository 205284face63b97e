"""Reports: documents of plain blocks, rendered as one HTML file, as PDF or as Markdown."""
