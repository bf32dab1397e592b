"""Rules on how models are loaded: what they say, the facts they rest on, what they look for."""
