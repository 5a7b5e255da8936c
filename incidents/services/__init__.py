"""Inner writers of calls and incidents. The transaction, the events and the deadlines belong to dispatch.services."""
