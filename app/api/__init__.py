"""The REST API: one router a resource. A route loads, calls the core and encodes; nothing else."""
