"""A request for each page and each call, with searches, filters and the last page of each list."""

from collections.abc import Callable
from dataclasses import dataclass

from authserver.management.views.site import ROUTES
from tests.growth.installation import Installation
from tests.management.world import BASE, Hand

AT = "/organizations/{slug}"
ELSEWHERE = "/organizations/tenant-000"
"""An organization like the most: of no size."""

ADMIN = "/admin/organizations/{organization_id}"
CLIENT = f"{AT}/api-clients/{{client_id}}"
MANY = f"{AT}/api-clients/{{many}}"

PAGES: dict[str, tuple[str, ...]] = {
    "console.home": ("/",),
    "console.overview": ("/account",),
    "console.applications": ("/account/applications",),
    "console.close": ("/account/close",),
    "console.email": ("/account/email",),
    "console.email_look": ("/account/email/{email_link}",),
    "console.password": ("/account/password",),
    "console.profile": ("/account/profile",),
    "console.sessions": ("/account/sessions",),
    "console.organizations": ("/organizations",),
    "console.organizations_new": ("/organizations/new",),
    "console.organization": (AT,),
    "console.organization_leave": (f"{AT}/leave",),
    "console.members": (
        f"{AT}/members", f"{AT}/members?after={{last_member}}", f"{AT}/members?search=PERSON0000",
        f"{AT}/members?search=nobody", f"{ELSEWHERE}/members", f"{ELSEWHERE}/members?search=nobody",
    ),
    "console.member": (f"{AT}/members/{{account_id}}",),
    "console.member_ask": (f"{AT}/members/{{account_id}}/remove",),
    "console.invitations": (
        f"{AT}/invitations", f"{AT}/invitations?after={{last_invitation}}",
        f"{AT}/invitations?search=GUEST0000",
        f"{AT}/invitations?search=nobody", f"{ELSEWHERE}/invitations",
        f"{ELSEWHERE}/invitations?search=nobody",
    ),
    "console.invitations_new": (f"{AT}/invitations/new",),
    "console.api_clients": (
        f"{AT}/api-clients", f"{AT}/api-clients?after={{last_client}}", f"{AT}/api-clients?search=robot",
        f"{AT}/api-clients?search=nobody", f"{AT}/api-clients?search={{client_id}}",
        f"{ELSEWHERE}/api-clients", f"{ELSEWHERE}/api-clients?search=nobody",
    ),
    "console.api_clients_new": (f"{AT}/api-clients/new",),
    "console.api_client": (CLIENT, MANY),
    "console.api_client_edit": (f"{CLIENT}/edit",),
    "console.api_client_ask_end": (f"{CLIENT}/delete",),
    "console.secret_new": (f"{CLIENT}/secrets/new",),
    "console.secret_ask_end": (f"{CLIENT}/secrets/{{secret_id}}/revoke",),
    "console.audit": (
        f"{AT}/audit", f"{AT}/audit?after={{last_event}}", f"{AT}/audit?kind=member.",
        f"{AT}/audit?kind=secret.", f"{AT}/audit?search=anna@example.com",
        f"{AT}/audit?search=nobody@example.com",
        f"{AT}/audit?search=person00001@example.com&kind=invitation.", f"{ELSEWHERE}/audit",
        f"{ELSEWHERE}/audit?kind=secret.",
    ),
    "console.settings": (f"{AT}/settings",),
    "console.settings_ask": (f"{AT}/settings/delete",),
    "console.admin": ("/admin",),
    "console.admin_accounts": (
        "/admin/accounts", "/admin/accounts?after={last_account}", "/admin/accounts?search=person000",
        "/admin/accounts?search=zzz", "/admin/accounts?search=anna&after=anna",
    ),
    "console.admin_account": ("/admin/accounts/{account}", "/admin/accounts/{account_id}"),
    "console.admin_account_ask": tuple(
        f"/admin/accounts/{{account_id}}/{act}"
        for act in ("reset", "sign-out", "grant-operator", "disable", "delete")
    ),
    "console.admin_accounts_new": ("/admin/accounts/new",),
    "console.admin_applications": (
        "/admin/applications", "/admin/applications?after={last_application}",
        "/admin/applications?search=app001",
        "/admin/applications?search=nothing",
    ),
    "console.admin_application": ("/admin/applications/app001",),
    "console.admin_application_ask": (
        "/admin/applications/app001/disable", "/admin/applications/app001/delete",
    ),
    "console.admin_audit": (
        "/admin/audit", "/admin/audit?after={last_event}", "/admin/audit?kind=member.",
        "/admin/audit?kind=secret.", "/admin/audit?kind=access.", "/admin/audit?search=anna@example.com",
        "/admin/audit?search=person00001@example.com&kind=key",
    ),
    "console.admin_keys": ("/admin/keys",),
    "console.admin_keys_ask": ("/admin/keys/all/rotate",),
    "console.admin_mail": (
        "/admin/mail", "/admin/mail?after={last_letter}", "/admin/mail?state=waiting",
        "/admin/mail?state=sending",
        "/admin/mail?state=sent", "/admin/mail?state=failed", "/admin/mail?state=sent&after={last_letter}",
    ),
    "console.admin_mail_ask": ("/admin/mail/{letter}/retry",),
    "console.admin_organizations": (
        "/admin/organizations", "/admin/organizations?after={last_organization}",
        "/admin/organizations?search=TENANT-00", "/admin/organizations?search=nobody",
    ),
    "console.admin_organization": ("/admin/organizations/{organization_id}",),
    "console.admin_organization_ask": (
        "/admin/organizations/{organization_id}/disable", "/admin/organizations/{organization_id}/delete",
    ),
    "console.admin_organization_limits": ("/admin/organizations/{organization_id}/permissions",),
    "console.admin_members": (
        f"{ADMIN}/members", f"{ADMIN}/members?after={{last_member}}",
        f"{ADMIN}/members?search=PERSON0000", f"{ADMIN}/members?search=nobody",
    ),
    "console.admin_member": (f"{ADMIN}/members/{{account_id}}",),
    "console.admin_member_ask": (f"{ADMIN}/members/{{account_id}}/remove",),
    "console.admin_resources": ("/admin/resources", "/admin/resources?search=webapi"),
    "console.admin_resource": ("/admin/resources/webapi",),
    "organizations.invitation": ("/invitations/{invitation_link}",),
}  # fmt: skip
"""By endpoint."""

NOT_READ = {
    "console.audit_csv": "the whole trail on purpose; it has a test of its own",
    "console.audit_jsonl": "the same in another form",
    "console.admin_audit_csv": "the same of the whole server",
    "console.admin_audit_jsonl": "the same of the whole server in another form",
    "management.document": "made once for each process",
    "management.page": "the same for people",
    "management.nothing": "there is nothing",
}

_EVENTS = (
    "", "?limit=100", "?cursor={last_event}", "?action=secret.revoked", "?result=refused",
    "?actor=account:{inviter}", "?target={inviter}&action=nothing", "?until=2000-01-01T00:00:00Z",
    "?since=2100-01-01T00:00:00Z",
)  # fmt: skip

CALLS: dict[str, tuple[str, ...]] = {
    "list_organizations": ("", "?limit=100", "?cursor={last_membership}"),
    "get_organization": ("",),
    "list_members": (
        "", "?limit=100", "?cursor={last_member}", "?search=PERSON0000", "?search=nobody",
    ),
    "get_member": ("",),
    "list_invitations": ("", "?limit=100", "?cursor={last_invitation}"),
    "list_api_clients": ("", "?limit=100", "?cursor={last_client_id}"),
    "get_api_client": ("",),
    "list_secrets": ("", "many"),
    "list_permissions": ("",),
    "list_audit_events": _EVENTS,
    # The whole trail on purpose, read as the page's file is, which has a test of its own.
    "export_audit_events": (),
}  # fmt: skip
"""By the name of the route: queries; a cursor is written as what it seals."""


@dataclass(frozen=True)
class Case:
    """One request, by somebody."""

    name: str
    send: Callable[[Installation], object]

    def __str__(self) -> str:
        return self.name


def pages() -> list[Case]:
    """Return the requests of all pages."""
    return [Case(path, _page(path)) for paths in PAGES.values() for path in paths]


def calls() -> list[Case]:
    """Return the requests of all calls that read, by a person and by software."""
    return [
        Case(f"{who} {route.name} {query}", _call(route.path, query, who))
        for route in ROUTES
        if route.method == "GET"
        for query in CALLS[route.name]
        for who in ("person", "robot")
    ]


def _page(path: str) -> Callable[[Installation], object]:
    def send(installation: Installation) -> object:
        page = installation.anna.browser.open(path.format(**installation.template.ids))
        # The link of somebody else's invitation says so.
        assert page.status == (403 if path.startswith("/invitations/") else 200), page.text
        return page

    return send


def _call(path: str, query: str, who: str) -> Callable[[Installation], object]:
    def send(installation: Installation) -> object:
        ids = dict(installation.template.ids)
        asked = query
        if query == "many":
            ids["client_id"], asked = ids["many"], ""
        where = path
        for name, value in ids.items():
            where = where.replace(f"<uuid:{name}>", value)
        if asked.startswith("?cursor="):
            cursors = installation.app.extensions["management"].cursors
            asked = f"?cursor={cursors.seal(BASE + where, asked[8:].format(**ids))}"
        hand: Hand = installation.person if who == "person" else installation.robot
        answer = hand.get(where + asked.format(**ids))
        assert answer.status == 200, answer.content
        return answer

    return send
