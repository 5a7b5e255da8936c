"""Chores. Arguments are ids, each may run twice or never: what matters is found by a sweep."""

import uuid

from celery import shared_task

from dispatch import posting
from dispatch.services import files, rule_replays, sweeps
from dispatch.services.agreements import end_agreements as end_agreements_now
from events import clock
from events.services import KEPT_FOR, purge_answers


@shared_task(ignore_result=True, acks_late=True)
def sweep_deadlines() -> int:
    return sweeps.sweep_all()


@shared_task(ignore_result=True)
def find_deliveries() -> int:
    """Messages that are due, each as a task of its own: one that hangs holds up no other."""
    found = posting.look()
    for delivery_id in found:
        send_delivery.delay(str(delivery_id))
    return len(found)


@shared_task(ignore_result=True, acks_late=True)
def send_delivery(delivery_id: str) -> None:
    """Its carrier ends it after ten seconds: threads have no time limit of Celery's."""
    posting.post_all(uuid.UUID(delivery_id))


@shared_task(ignore_result=True)
def end_agreements() -> int:
    """Agreements and sights that end by themselves, at the moment that they do."""
    now = clock.now()
    return end_agreements_now(at=now) + sweeps.end_sights(at=now)


@shared_task(ignore_result=True)
def replay_rules() -> int:
    """Drafts of rules that wait to be played over many reports."""
    return rule_replays.run_waiting(at=clock.now())


@shared_task(ignore_result=True)
def purge_idempotency_keys() -> int:
    return purge_answers(before=clock.now() - KEPT_FOR)


@shared_task(ignore_result=True)
def remove_file_leftovers() -> int:
    """Plain copies that a crash left beside the sealed files of confidential cases."""
    return files.remove_leftovers(at=clock.now())
