"""Registering, changing, disabling and deleting applications."""

import re
from dataclasses import replace
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from authserver.audit.log import Origin, record
from authserver.base.clock import now
from authserver.base.errors import NotFound, Refused
from authserver.base.handles import new_id
from authserver.clients import secret_issuing, signals
from authserver.clients.application import PERSONAL_SCOPES, Application, checked_choices
from authserver.clients.redirect_uris import checked_origin, checked_redirect_uri, checked_web_uri
from authserver.clients.signals import ApplicationEvent
from authserver.clients.store import applications, logos, resources, secrets
from authserver.organizations.organization import checked_name
from authserver.subjects.store import claim

# RFC 6749 appendix A.1: client_id is VSCHAR; without a space and what needs escaping in addresses.
CLIENT_ID = re.compile(r"[A-Za-z0-9._~-]{1,255}")


def register(wanted: Application, origin: Origin) -> tuple[Application, str | None]:
    """Create an application; with an empty id it gets one.

    Returns it and its first secret, None when it needs none; the secret exists nowhere else and can't be read
    again. Raises Refused, and Conflict when the id was given out before, to whomever.
    """
    application = declare(replace(wanted, id=wanted.id or new_id()), origin)
    if application.auth_method not in ("client_secret_basic", "client_secret_post"):
        return application, None
    _, secret = secret_issuing.issue(secrets.OF_APPLICATIONS, application.id, "first", None, origin)
    return application, secret


def declare(wanted: Application, origin: Origin) -> Application:
    """Create an application without a secret. Raises Refused, Conflict."""
    if not CLIENT_ID.fullmatch(wanted.id):
        raise Refused("A client id has 1 to 255 letters, digits, dots, hyphens, underscores and tildes.")
    application = _checked(replace(wanted, created_at=now(), disabled_at=None, secrets=()))
    # RFC 9700 section 4.15: a client id must never equal a person's `sub`; the register gives each out once.
    claim(application.id, "application", application.created_at)
    applications.add(application)
    record(origin, "application.created", target=application.id)
    return application


def get(application_id: str) -> Application:
    """Return an application. Raises NotFound."""
    application = applications.find(application_id)
    if application is None:
        raise NotFound(f"There is no application {application_id}.")
    return application


def update(application_id: str, origin: Origin, **changes: Any) -> Application:
    """Change what is named of an application; the rest stays. Raises NotFound, Refused."""
    application = get(application_id)
    changed = _checked(replace(application, **changes))
    if changed != application:
        applications.save(changed)
        if changed.logo_uri != application.logo_uri:
            # What stood at the former address is not its logo any more, whether or not another one is found.
            logos.drop(application.id)
        named = [name for name in changes if getattr(changed, name) != getattr(application, name)]
        record(origin, "application.updated", target=application.id, changed=" ".join(sorted(named)))
    return changed


def set_disabled(application_id: str, origin: Origin, *, disabled: bool) -> Application:
    """Disable an application, or enable it again; every instance follows at once. Raises NotFound."""
    application = get(application_id)
    if applications.set_disabled(application.id, now() if disabled else None):
        action = "application.disabled" if disabled else "application.enabled"
        record(origin, action, target=application.id)
    if disabled:
        signals.disabled.send(ApplicationEvent(application.id, origin))
    return get(application.id)


def delete(application_id: str, origin: Origin) -> None:
    """Delete an application and its secrets. Raises NotFound."""
    application = get(application_id)
    # First: whoever is just about to let somebody in to it is waited for, and the others come too late.
    applications.set_disabled(application.id, now())
    signals.deleting.send(ApplicationEvent(application.id, origin))
    applications.remove(application.id)
    record(origin, "application.deleted", target=application.id, name=application.name)


def _checked(application: Application) -> Application:
    """Return an application whose every part may be, in the form in which it is kept. Raises Refused."""
    checked_choices(application)
    for uri in application.redirect_uris:
        checked_redirect_uri(uri, public=application.public)
    for uri in application.post_logout_redirect_uris:
        checked_redirect_uri(uri, public=application.public)
    for what in ("backchannel_logout_uri", "client_uri", "logo_uri", "policy_uri", "tos_uri", "jwks_uri"):
        if uri := getattr(application, what):
            checked_web_uri(uri, what.removesuffix("_uri").replace("_", " "))
    for cors in application.cors_origins:
        checked_origin(cors)
    if application.jwks is not None:
        _check_keys(application.jwks)
    return replace(
        application,
        name=checked_name(application.name),
        redirect_uris=_each_once(application.redirect_uris),
        post_logout_redirect_uris=_each_once(application.post_logout_redirect_uris),
        cors_origins=_each_once(application.cors_origins),
        scopes=_known_scopes(application.scopes),
    )


def _known_scopes(scopes: tuple[str, ...]) -> tuple[str, ...]:
    for scope in scopes:
        if scope not in PERSONAL_SCOPES and resources.owner_of_scope(scope) is None:
            raise Refused(f"There is no scope {scope}; `authserver resources list` shows those there are.")
    if "openid" not in scopes:
        raise Refused("An application that signs people in needs the scope openid.")
    return tuple(sorted(set(scopes)))


def _check_keys(jwks: dict[str, Any]) -> None:
    try:
        keys = KeySet.import_key_set(jwks)  # type: ignore[arg-type] # a document from outside, judged here
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise Refused("The keys of the application are no JWK Set (RFC 7517).") from error
    if not keys.keys or any(key.is_private or key.key_type == "oct" for key in keys.keys):
        # RFC 7517 section 9.3: private keys stay with their owner.
        raise Refused("The keys of the application must be public ones.")


def _each_once(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
