"""What `ptmscope mcp` serves to programs that speak the Model Context Protocol. The SDK is `mcp`, another package."""
