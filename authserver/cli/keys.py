"""`authserver keys`: the signing keys."""

import click

from authserver.audit import sealing
from authserver.audit.seal_keys import SealKeys
from authserver.base.clock import now
from authserver.cli.frame import Out, database_command, origin, settings
from authserver.keys.lifecycle import ALGORITHMS, Algorithm
from authserver.provider.wiring import rotation


@click.group()
def keys() -> None:
    """List and rotate signing keys, and seal them anew."""


@keys.command("list")
@database_command
def list_(out: Out) -> None:
    """List keys: next (published, not signing yet), active, retiring (published, signing no more), gone."""
    rows = [
        {
            "kid": key.kid,
            "algorithm": key.algorithm,
            "state": state,
            "published_at": key.published_at,
            "activates_at": key.activates_at,
        }
        for key, state in rotation(settings()).states()
    ]
    out.many(rows, "There is no key; `authserver migrate` makes the first ones.")


@keys.command()
@click.option(
    "--algorithm",
    "algorithms",
    multiple=True,
    type=click.Choice(ALGORITHMS),
    help="Which keys; all algorithms when left out.",
)
@click.option(
    "--now",
    "immediately",
    is_flag=True,
    help="Emergency: a new key signs at once, the present ones are withdrawn with every token they signed.",
)
@database_command
def rotate(out: Out, algorithms: tuple[Algorithm, ...], *, immediately: bool) -> None:
    """Publish successors; they sign once every verifier has surely fetched them."""
    acts = rotation(settings())
    act = acts.replace_now if immediately else acts.rotate
    made = act(origin(), algorithms or ALGORITHMS)
    rows = [{"kid": key.kid, "algorithm": key.algorithm, "activates_at": key.activates_at} for key in made]
    out.many(rows, "Nothing to do: a successor is published already and waits for its time.")


@keys.command()
@database_command
def rewrap(out: Out) -> None:
    """Seal every private key with AUTHSERVER_MASTER_KEY, opening it with AUTHSERVER_PREVIOUS_MASTER_KEY."""
    known = settings()
    out.one({"rewrapped": rotation(known).rewrap(origin())})
    # The new key vouches from now on for what the old one sealed.
    if sealing.seal(SealKeys.of(known), now()) is None:
        out.warn("The audit trail could not be sealed with the new key; run `authserver audit seal`.")
