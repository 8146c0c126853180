"""Apache with a configuration of its own, in a folder that its worker processes may read."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.docs.relying_parties.pages import DOCUMENTED, page
from tests.docs.relying_parties.running import Sample, running, saved
from tests.support import required

MODULES = Path("/usr/lib/apache2/modules")
_LOADED = (
    "mpm_event", "authn_core", "authz_core", "authz_user", "auth_openidc", "dir", "include", "mime"
)  # fmt: skip
_FRAME = """
ServerRoot {folder}
DefaultRuntimeDir {folder}
PidFile {folder}/apache.pid
ErrorLog /dev/stderr
LogLevel warn
Listen 127.0.0.1:{port}
ServerName 127.0.0.1:{port}
{modules}
User www-data
Group www-data
TypesConfig /etc/mime.types
DocumentRoot {folder}/pages
DirectoryIndex index.shtml
<Directory {folder}/pages>
    Options +Includes
    AddOutputFilter INCLUDES .shtml
</Directory>
Include {folder}/{configuration}
"""


def program() -> str:
    """Return the path of Apache, or leave the test out and say so."""
    path = required.program("apache2", "Apache in front of pages")
    if not (MODULES / "mod_auth_openidc.so").exists():
        required.missing("Apache in front of pages: libapache2-mod-auth-openidc is not installed")
    return path


@contextlib.contextmanager
def folder() -> Iterator[Sample]:
    """Save the files of the page where workers of another user find them, until the block ends."""
    made = Path(tempfile.mkdtemp(prefix="kit-apache"))
    made.chmod(0o755)
    try:
        sample = saved(made, page("apache"))
        (made / "pages" / "clients").mkdir(parents=True)
        for name in ("index.shtml", "bye.html"):
            text = (made / name).read_text()
            (made / "pages" / name).write_text(text.replace(_quoted(DOCUMENTED), _quoted(sample.origin)))
        shutil.copy(made / "bye.html", made / "pages" / "clients" / "index.shtml")
        yield sample
    finally:
        shutil.rmtree(made, ignore_errors=True)


@contextlib.contextmanager
def apache(sample: Sample, configuration: str, **environment: str) -> Iterator[Sample]:
    """Serve with one of the page's configurations until the block ends."""
    modules = "\n".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in _LOADED)
    frame = sample.folder / "apache.conf"
    frame.write_text(
        _FRAME.format(
            folder=sample.folder, port=sample.port, modules=modules, configuration=configuration
        ).lstrip()
    )
    command = [program(), "-DFOREGROUND", "-f", str(frame)]
    with running(sample, command, **({"LANG": os.environ.get("LANG", "C")} | environment)):
        yield sample


def _quoted(address: str) -> str:
    return address.replace(":", "%3A").replace("/", "%2F")
