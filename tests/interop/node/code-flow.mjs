// openid-client as a relying party. STEP `begin` makes the authorization URL; the others take the answer.
import * as client from 'openid-client';

const { STEP, ISSUER, CLIENT_ID, CLIENT_SECRET, PRIVATE_KEY, ALGORITHM, METHOD } = process.env;
const { REDIRECT_URI, LOGOUT_URI, SCOPE, PARAMETERS, API, KEPT, CALLBACK } = process.env;

async function authentication() {
  if (METHOD === 'none') return client.None();
  if (METHOD === 'client_secret_basic') return client.ClientSecretBasic(CLIENT_SECRET);
  if (METHOD === 'client_secret_post') return client.ClientSecretPost(CLIENT_SECRET);
  const shapes = {
    ES256: { name: 'ECDSA', namedCurve: 'P-256' },
    PS256: { name: 'RSA-PSS', hash: 'SHA-256' },
    RS256: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  };
  const { kid, ...jwk } = JSON.parse(PRIVATE_KEY);
  const key = await crypto.subtle.importKey('jwk', jwk, shapes[ALGORITHM], false, ['sign']);
  return client.PrivateKeyJwt({ key, kid });
}

async function begin(config) {
  const codeVerifier = client.randomPKCECodeVerifier();
  const kept = { codeVerifier, state: client.randomState(), nonce: client.randomNonce() };
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: REDIRECT_URI,
    scope: SCOPE,
    state: kept.state,
    nonce: kept.nonce,
    code_challenge: await client.calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
    ...JSON.parse(PARAMETERS),
  });
  return { url: url.href, kept };
}

async function redeem(config) {
  const { codeVerifier, state, nonce } = JSON.parse(KEPT);
  // State, iss (RFC 9207), and of the ID token: signature, iss, aud, exp, nonce, at_hash.
  const checks = {
    pkceCodeVerifier: codeVerifier,
    expectedState: state,
    expectedNonce: nonce,
    idTokenExpected: true,
  };
  return client.authorizationCodeGrant(config, new URL(CALLBACK), checks);
}

async function finish(config) {
  const tokens = await redeem(config);
  const claims = tokens.claims();
  const outcome = { tokens, claims };
  outcome.userinfo = await client.fetchUserInfo(config, tokens.access_token, claims.sub);
  outcome.endSession = client.buildEndSessionUrl(config, {
    id_token_hint: tokens.id_token,
    post_logout_redirect_uri: LOGOUT_URI,
    state: 'after logout',
  }).href;
  if (API) {
    const answer = await client.fetchProtectedResource(config, tokens.access_token, new URL(API), 'GET');
    outcome.api = answer.status;
  }
  return outcome;
}

async function family(config) {
  const first = await redeem(config);
  const second = await client.refreshTokenGrant(config, first.refresh_token);
  // The answer got lost, or another tab was faster: the predecessor gives the same successor.
  const again = await client.refreshTokenGrant(config, first.refresh_token);
  const third = await client.refreshTokenGrant(config, second.refresh_token);
  const chain = [first, second, again, third].map((each) => each.refresh_token);
  const claims = [first.claims(), third.claims()];
  const before = await userinfo(config, third, claims[0].sub);
  const stolen = await attempt(() => client.refreshTokenGrant(config, first.refresh_token));
  const robbed = await attempt(() => client.refreshTokenGrant(config, third.refresh_token));
  return { chain, claims, before, stolen, robbed, after: await userinfo(config, third, claims[0].sub) };
}

async function twice(config) {
  const tokens = await redeem(config);
  const { sub } = tokens.claims();
  const before = await userinfo(config, tokens, sub);
  const error = await attempt(() => redeem(config));
  return { before, error, after: await userinfo(config, tokens, sub) };
}

async function tell(config) {
  const tokens = await redeem(config);
  const { sub } = tokens.claims();
  const names = ['access_token', 'refresh_token'];
  const outcome = { sub, alive: {}, dead: {} };
  for (const name of names) outcome.alive[name] = await client.tokenIntrospection(config, tokens[name]);
  await client.tokenRevocation(config, tokens.access_token);
  outcome.dead.access_token = await client.tokenIntrospection(config, tokens.access_token);
  const renewed = await client.refreshTokenGrant(config, tokens.refresh_token);
  await client.tokenRevocation(config, renewed.refresh_token, { token_type_hint: 'refresh_token' });
  outcome.dead.refresh_token = await client.tokenIntrospection(config, renewed.refresh_token);
  outcome.refused = await attempt(() => client.refreshTokenGrant(config, renewed.refresh_token));
  return outcome;
}

async function giveBack(config) {
  const tokens = await redeem(config);
  await client.tokenRevocation(config, tokens.refresh_token);
  const refused = await attempt(() => client.refreshTokenGrant(config, tokens.refresh_token));
  const after = await userinfo(config, tokens, tokens.claims().sub);
  return { refused, after };
}

// What became of a request that may be refused.
async function attempt(request) {
  try {
    await request();
    return null;
  } catch (error) {
    if (!error.code?.startsWith('OAUTH_')) throw error;
    const challenges = error.name === 'WWWAuthenticateChallengeError' ? error.cause : [];
    return {
      name: error.name,
      status: error.status ?? null,
      error: error.error ?? challenges[0]?.parameters.error,
      iss: error.cause instanceof URLSearchParams ? error.cause.get('iss') : null,
    };
  }
}

const userinfo = (config, tokens, sub) => attempt(() => client.fetchUserInfo(config, tokens.access_token, sub));

const config = await client.discovery(new URL(ISSUER), CLIENT_ID, undefined, await authentication(), {
  execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks],
});
const steps = { begin, finish, family, twice, tell, giveBack, refused: (it) => attempt(() => redeem(it)) };
console.log(JSON.stringify(await steps[STEP](config)));
