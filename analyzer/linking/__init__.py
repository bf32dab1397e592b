"""The files of a repository together: what a name means, who can call whom, which program runs what."""
