"""Mining from the network, against local servers: a simulated campaign, wrong answers, kills; how well samples tell."""
