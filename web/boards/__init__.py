"""Scoreboards: ranked once for all who look, as files, and as a rejudging would make them."""
