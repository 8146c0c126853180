"""Table of the signing keys."""

from sqlalchemy import JSON, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from authserver.base.tables import Base, Seconds


class SigningKeyRow(Base):
    """One key pair: the public part as a JWK, the private part sealed."""

    __tablename__ = "signing_keys"

    kid: Mapped[str] = mapped_column(String(100), primary_key=True)
    algorithm: Mapped[str] = mapped_column(String(10))
    public_jwk: Mapped[dict[str, str]] = mapped_column(JSON)
    sealed_private_key: Mapped[bytes] = mapped_column(LargeBinary)
    published_at: Mapped[Seconds]
    activates_at: Mapped[Seconds]
