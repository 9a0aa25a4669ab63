"""Where we do not say what Tauri's command line program says, row by row, and why."""

DIFFERENCES = {"identifier": {}, "capability": {}, "permission": {}, "value": {}}
