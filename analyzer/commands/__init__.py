"""Command lines: shell scripts, Dockerfiles, compose files, CI workflows, and the models that they name."""
