"""A release: a study as a data set for others, with splits, tasks and a card."""
