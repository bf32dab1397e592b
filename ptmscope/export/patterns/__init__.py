"""Patterns as text, tables and files."""
