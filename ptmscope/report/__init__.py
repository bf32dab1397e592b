"""A study as pages to look at: one that holds everything, or a folder of linked ones. Nothing asks the network."""
