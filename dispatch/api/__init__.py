"""The API of incidents, calls, assignments, units and the feed: parse, one service or selector, render."""
