"""Colours that problems of a contest may have, as balloons are sold in: by name, since colours look alike to some."""

from __future__ import annotations

from collections.abc import Mapping

COLOURS: Mapping[str, str] = {
    "red": "#d22630",
    "orange": "#f4831f",
    "yellow": "#f7d417",
    "lime": "#9bd233",
    "green": "#1f8a3b",
    "turquoise": "#25b8b0",
    "light blue": "#6fb7ea",
    "blue": "#1f57b8",
    "purple": "#6a2c91",
    "violet": "#b07be0",
    "pink": "#f28ab8",
    "brown": "#7a4a24",
    "gold": "#c79a2a",
    "silver": "#b4b8bd",
    "white": "#ffffff",
    "black": "#1d1d1f",
}
