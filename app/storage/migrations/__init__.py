"""The migrations of the database; docs/storage.md says how to add one."""
