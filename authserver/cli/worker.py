"""`authserver worker`: sends letters, beside servers that are told not to."""

import signal
import threading

import click

from authserver.app.core import create_core
from authserver.cli.frame import Out, json_option
from authserver.cli.frame import settings as load_settings
from authserver.provider import people


@click.command()
@click.option("--once", is_flag=True, help="Send what is due, then end.")
@json_option
def worker(out: Out, *, once: bool) -> None:
    """Send letters until SIGINT or SIGTERM. Any number of workers may run: each letter has one."""
    settings = load_settings()
    delivery = people.delivery(create_core(settings), settings)
    if once:
        out.one({"sent": delivery.run_until_empty()})
        return
    stop = threading.Event()
    for end in (signal.SIGINT, signal.SIGTERM):
        signal.signal(end, lambda *_: stop.set())
    out.say("Sending letters; end with Ctrl-C.")
    delivery.run(stop)
