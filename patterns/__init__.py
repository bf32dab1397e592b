"""Finds what recurs: closed frequent subsequences of API calls, ranked; usages clustered into patterns; comparisons.

Nothing here opens files or goes online: code that is shown is handed in.
"""
