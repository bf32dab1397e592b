"""Model cards: how a model is really used, written into its card; and what the card itself shows, held against that."""
