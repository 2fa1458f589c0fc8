"""The parts of a package in the format 2025-09, written from what was imported; ``problems.export`` is the door."""
