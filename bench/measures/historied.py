"""The peer `django-simple-history`: the same rows as models with their history, in bulk.

Set up as the manuals advise: ``bulk_create_with_history`` with a batch size (its page “Common issues”); for Django
on SQLite write-ahead mode and immediate transactions. ``synchronous`` stays FULL: both sides are equally durable.
The model has indexes on what the ledger's list can be asked for. It keeps the rows and one history row each.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import django
from django.conf import settings

from measures.rows import AUTHOR, batches

BATCH_SIZE = 500
SETTINGS = {
    "sqlite": f"journal_mode=WAL, synchronous=FULL, transaction_mode=IMMEDIATE, batch_size={BATCH_SIZE}",
    "postgresql": f"batch_size={BATCH_SIZE}",
}
SQLITE_OPTIONS = {
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    "transaction_mode": "IMMEDIATE",
}


def fill(where: dict[str, Any], count: int) -> Callable[[], None]:
    """Import so many rows with their history."""
    record = _model(where)

    def work() -> None:
        from simple_history.utils import bulk_create_with_history

        for batch in batches(count):
            made = [
                record(author=AUTHOR, kind=row.kind, record=row.record, known_on=row.known_on, body=row.body)
                for row in batch
            ]
            bulk_create_with_history(made, record, batch_size=BATCH_SIZE)
        assert record.objects.count() == record.history.count() == count

    return work


def _model(where: dict[str, Any]) -> Any:
    settings.configure(
        DATABASES={"default": where},
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "simple_history"],
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    )
    django.setup()
    from django.core.management import call_command
    from django.db import connection, models
    from simple_history.models import HistoricalRecords

    class Record(models.Model):
        author = models.TextField()
        kind = models.TextField()
        record = models.TextField(unique=True)
        known_on = models.DateField()
        body = models.JSONField()
        history = HistoricalRecords()

        class Meta:
            app_label = "contenttypes"
            indexes = (models.Index(fields=["kind", "known_on"], name="record_by_kind"),)

    call_command("migrate", verbosity=0)
    with connection.schema_editor() as editor:
        editor.create_model(Record)
        editor.create_model(Record.history.model)
    return Record
