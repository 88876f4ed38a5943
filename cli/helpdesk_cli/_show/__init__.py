"""Showing tickets, conversations, people and names."""
