"""Other scanners on the same labels: installed apart, run offline, read and scored like ptmscope."""
