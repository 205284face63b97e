"""Networks: the U-Nets and their layers."""
