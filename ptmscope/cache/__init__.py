"""What earlier scans found out, on disk: used where nothing has changed since, and never trusted beyond that."""
