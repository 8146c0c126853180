"""Headers that every answer carries (ASVS 3.4)."""

YEAR = 31_536_000


def for_machines(issuer: str) -> tuple[tuple[str, str], ...]:
    """Return the headers of answers that no browser shall render, run or frame."""
    common = (
        (
            "Content-Security-Policy",
            "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Referrer-Policy", "no-referrer"),
        ("X-Content-Type-Options", "nosniff"),
    )
    if issuer.startswith("https://"):
        return (*common, ("Strict-Transport-Security", f"max-age={YEAR}; includeSubDomains"))
    return common
