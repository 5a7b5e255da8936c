"""PostgreSQL and Valkey from their wheels, and the supervisor that runs them and the application on one machine.

Nothing here imports Django: `manage.py up` must be ready in seconds, and it starts before the database exists.
"""
