"""Finds what recurs: closed frequent subsequences of API calls, ranked. Nothing here reads code or the network."""
