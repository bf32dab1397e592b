"""How often a scan is right: samples of load sites for people to judge, and what their judgements say."""
