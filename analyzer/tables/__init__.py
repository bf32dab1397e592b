"""The loader tables: their records, how their files are read and checked, and how a row is found."""
