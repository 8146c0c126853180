"""Headers that some routes take."""

from pydantic import BaseModel, ConfigDict, Field


class CreationHeaders(BaseModel):
    """Of what creates something."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    key: str | None = Field(
        None,
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern="^[!-~]+$",
        description="A text of your own, such as a UUID. The same key with the same body creates once, and "
        "is answered the same for 24 hours; secrets are left out of repeated answers",
    )


class ConditionHeaders(BaseModel):
    """Of what changes something."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    condition: str | None = Field(
        None,
        alias="If-Match",
        max_length=1000,
        description="The ETag of what you read; 412 when somebody changed it meanwhile",
    )
