"""U-Net Desktop: correct segmentation masks by hand, train a U-Net on what was corrected."""

__version__ = "0.1.0"
