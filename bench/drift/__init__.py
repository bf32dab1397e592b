"""How real model cards fare: which have code, which of it parses, and which load the model they are about."""
