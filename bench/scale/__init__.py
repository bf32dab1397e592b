"""From shards to patterns at the size of a data set."""
