"""What runs tasks: processes of this machine, or workers of a Dask cluster. None of it knows what a task is about."""
