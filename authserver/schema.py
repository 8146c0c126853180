"""All tables in one place, for migrations and for the test that compares the two."""

from sqlalchemy import MetaData

from authserver.accounts import models as accounts
from authserver.audit import models as audit
from authserver.base.tables import Base
from authserver.clients import models as clients
from authserver.keys import models as keys
from authserver.mail import models as mail
from authserver.management import models as management
from authserver.oidc import models as oidc
from authserver.organizations import models as organizations
from authserver.subjects import models as subjects
from authserver.throttle import models as throttle

TABLES_OF = (accounts, audit, clients, keys, mail, management, oidc, organizations, subjects, throttle)

metadata: MetaData = Base.metadata
