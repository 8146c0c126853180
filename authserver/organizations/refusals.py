"""What somebody in an organization tried and may not do stands in its audit trail (checklist M8)."""

from authserver.audit.log import Origin, record
from authserver.organizations.authority import Authority
from authserver.organizations.store import organizations
from authserver.throttle.refusals import Refusals


def note(told: Refusals, by: Authority, organization_id: str, act: str, origin: Origin) -> None:
    """Record that an act was refused for lack of rights, once a minute; strangers leave nothing here."""
    organization = organizations.find(organization_id)
    if organization is None or by.rights(organization) is None:
        return
    if told.is_news(origin.actor, organization.id, act):
        record(
            origin, "access.refused", target=organization.id, organization=organization.id,
            result="refused", attempt=act,
        )  # fmt: skip
