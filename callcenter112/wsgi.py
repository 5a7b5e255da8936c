"""HTTP: run by granian on threads, one pool of database connections for each worker process."""

import os

from callcenter112.embedded.tether import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "callcenter112.settings")
die_with_parent()  # a worker whose granian parent was killed would go on sharing the port with the restarted one

from django.core.wsgi import get_wsgi_application  # noqa: E402

application = get_wsgi_application()

from django.db import DatabaseError, connection  # noqa: E402

from callcenter112.checks import refuse_to_serve  # noqa: E402
from incidents.caches import warm_up  # noqa: E402

refuse_to_serve()  # granian runs no system checks
try:
    warm_up()  # rules and spatial indexes take a second: nobody's first report should wait for them
except DatabaseError:
    pass  # no database yet: the first request builds them
finally:
    connection.close()
    if hasattr(connection, "close_pool"):
        connection.close_pool()  # granian forks after this: a pool must not be shared
