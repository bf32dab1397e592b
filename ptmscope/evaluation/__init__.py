"""Recommenders measured on the tasks of a release."""
