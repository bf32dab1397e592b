"""What an expression can hold: the evaluator, and what it knows of names, calls, containers, options and configs."""
