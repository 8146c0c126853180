"""Table of the counters."""

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from authserver.base.tables import Base, Seconds


class CounterRow(Base):
    """How often something failed in the window that ends at a time.

    The key is a digest: no address stands here.
    """

    __tablename__ = "throttle_counters"

    key: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    count: Mapped[int]
    expires_at: Mapped[Seconds] = mapped_column(index=True)
