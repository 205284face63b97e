"""Reports: what is said once as a document, shown as one HTML file and as a PDF."""
