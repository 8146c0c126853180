"""The catalogue: which permissions and scopes there are to give."""

from authserver.clients.reach import offered_scopes
from authserver.management.call import Call
from authserver.management.messages.permissions import Catalogue, PermissionAnswer
from authserver.management.route import Reply, Route, Routes
from authserver.organizations import catalogue


def list_permissions(_call: Call) -> Reply:
    """List all permissions there are, and the scopes that API clients may have."""
    permissions = [PermissionAnswer.of(each) for each in catalogue.everything()]
    return Reply(Catalogue(permissions=permissions, scopes=offered_scopes()))


ROUTES: Routes = (Route("GET", "/permissions", "signed in", list_permissions, "Permissions", Catalogue),)
