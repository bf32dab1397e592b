"""A study in pictures for papers, each with the rows that it draws."""
