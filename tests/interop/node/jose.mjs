// jose with a remote key set: the header and claims of a token, or the code of the error that it throws.
import { createRemoteJWKSet, errors, jwtVerify } from 'jose';

const { ISSUER, AUDIENCE, ALGORITHM, TOKEN } = process.env;

const discovery = await (await fetch(`${ISSUER}/.well-known/openid-configuration`)).json();
const keys = createRemoteJWKSet(new URL(discovery.jwks_uri));
const demands = {
  issuer: ISSUER,
  audience: AUDIENCE,
  typ: 'at+jwt',
  algorithms: [ALGORITHM],
  requiredClaims: ['sub', 'client_id', 'exp', 'iat', 'jti', 'scope'],
};
try {
  const { protectedHeader, payload } = await jwtVerify(TOKEN, keys, demands);
  console.log(JSON.stringify({ header: protectedHeader, claims: payload }));
} catch (error) {
  if (!(error instanceof errors.JOSEError)) throw error;
  console.log(JSON.stringify({ code: error.code, claim: error.claim ?? null }));
}
