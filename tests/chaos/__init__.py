"""A seeded storm over a judge of its own: processes are killed and paused, servers restarted, wires cut, disks filled.

``storm`` reads first. Everything that is disturbed is the storm's own, down to the Docker engine.
"""
