"""Local servers that speak the wire protocols of the services that ptmscope mines, with faults on demand."""
