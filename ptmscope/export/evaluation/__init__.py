"""The results of `ptmscope evaluate` in all formats."""
