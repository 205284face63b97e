"""Readers: masked reading, adjudication, agreement."""
