"""nginx with a configuration of its own, in a folder that its worker processes may read."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.docs.relying_parties.pages import page
from tests.docs.relying_parties.running import Sample, running, saved
from tests.support import required
from tests.support.server import free_port

_FRAME = """
user www-data;
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr;
events {{ }}
http {{
    include /etc/nginx/mime.types;
    access_log off;
    client_body_temp_path {folder}/bodies;
    proxy_temp_path {folder}/answers;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/kit.conf;
}}
"""


def program() -> str:
    """Return the path of nginx, or leave the test out and say so."""
    return required.program("nginx", "nginx in front of pages and an API")


@contextlib.contextmanager
def folder() -> Iterator[tuple[Sample, Sample]]:
    """Save the page's files where workers of another user find them; yield nginx and the gate behind it."""
    made = Path(tempfile.mkdtemp(prefix="kit-nginx"))
    made.chmod(0o755)
    try:
        front = saved(made, page("nginx"), page("flask"), page("python"))
        gate = Sample(front.page, made, free_port())
        for name in ("clients", "api"):
            (made / "pages" / name).mkdir()
        shutil.copy(made / "pages" / "team.html", made / "pages" / "clients" / "index.html")
        (made / "pages" / "api" / "orders").write_text("orders")
        configuration = made / "kit.conf"
        text = configuration.read_text().replace("/srv/pages", f"{made}/pages")
        text = text.replace("127.0.0.1:9000", f"127.0.0.1:{front.port}")
        configuration.write_text(text.replace("127.0.0.1:9001", f"127.0.0.1:{gate.port}"))
        yield front, gate
    finally:
        shutil.rmtree(made, ignore_errors=True)


@contextlib.contextmanager
def nginx(front: Sample) -> Iterator[Sample]:
    """Serve with the page's configuration until the block ends."""
    frame = front.folder / "nginx.conf"
    frame.write_text(_FRAME.format(folder=front.folder).lstrip())
    with running(front, [program(), "-p", str(front.folder), "-c", str(frame), "-e", "stderr"]):
        yield front
