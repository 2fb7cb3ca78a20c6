"""Trainings: what the engine (`app.nn.training`), data sets, jobs and stored networks make together.

request ── read ──► Plan ── job ──► examples ──► Trainer ──► checkpoints, events ──► a stored network
"""
