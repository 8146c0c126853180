"""Making key pairs: ES256 (P-256), RS256 (3072 bits) and EdDSA (Ed25519)."""

from joserfc.jwk import ECKey, OKPKey, RSAKey

from authserver.keys.lifecycle import Algorithm, KeyTimes
from authserver.keys.store import StoredKey
from authserver.keys.vault import Vault

RSA_BITS = 3072


def make(algorithm: Algorithm, vault: Vault, published_at: int, activates_at: int) -> StoredKey:
    """Return a new key pair with the private part sealed; its `kid` is the RFC 7638 thumbprint."""
    key = _generate(algorithm)
    kid = key.thumbprint()
    public = {name: str(value) for name, value in key.as_dict(private=False).items() if name != "kid"}
    return StoredKey(
        KeyTimes(kid, algorithm, published_at, activates_at),
        # RFC 7517 sections 4.2 and 4.4: `use` and `alg` tell verifiers what the key is for.
        {**public, "kid": kid, "use": "sig", "alg": algorithm},
        vault.seal(key.as_der(private=True), kid),
    )


def _generate(algorithm: Algorithm) -> ECKey | OKPKey | RSAKey:
    match algorithm:
        case "ES256":
            return ECKey.generate_key("P-256", auto_kid=False)
        case "RS256":
            return RSAKey.generate_key(RSA_BITS, auto_kid=False)
        case "EdDSA":
            return OKPKey.generate_key("Ed25519", auto_kid=False)
