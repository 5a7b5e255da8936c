"""Synthetic calls and reports through the public HTTP API: `manage.py simulate`."""
