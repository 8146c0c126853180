// The peer of `code`, `refresh`, `userinfo` and `introspection`: npm oidc-provider 9 with one confidential client that may act
// for people. Opaque access tokens, ES256 ID tokens, rotated refresh tokens; everything in memory, in a plain Map, because the
// adapter that comes along forgets all but a thousand entries. `GET /prepare/KIND?count=N` makes codes, refresh tokens or access
// tokens through its models and returns them, one a line. CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, CHALLENGE, PORT.
import http from 'node:http';
import { Provider } from 'oidc-provider';
import { generateKeyPair, exportJWK } from 'jose';

const alg = 'ES256';
const port = Number(process.env.PORT || 8000);
const scope = 'openid profile email offline_access';
const hour = 3600;
const clientId = process.env.CLIENT_ID;
const redirectUri = process.env.REDIRECT_URI;
const people = 100;
const { privateKey } = await generateKeyPair(alg, { extractable: true });
const jwk = { ...(await exportJWK(privateKey)), alg, use: 'sig', kid: 'k1' };

const entries = new Map();
const members = new Map();
class Memory {
  constructor(model) { this.model = model; }
  key(id) { return `${this.model}:${id}`; }
  async upsert(id, payload) {
    const key = this.key(id);
    entries.set(key, payload);
    if (!payload.grantId) return;
    const of = members.get(payload.grantId);
    if (of) of.add(key); else members.set(payload.grantId, new Set([key]));
  }
  async find(id) { return entries.get(this.key(id)); }
  async findByUid() { return undefined; }
  async findByUserCode() { return undefined; }
  async consume(id) { entries.get(this.key(id)).consumed = Math.floor(Date.now() / 1000); }
  async destroy(id) { entries.delete(this.key(id)); }
  async revokeByGrantId(grantId) {
    for (const key of members.get(grantId) ?? []) entries.delete(key);
    members.delete(grantId);
  }
}

const provider = new Provider(`http://127.0.0.1:${port}`, {
  adapter: Memory,
  jwks: { keys: [jwk] },
  routes: { token: '/connect/token', userinfo: '/connect/userinfo', introspection: '/connect/introspect', jwks: '/jwks' },
  clientDefaults: { id_token_signed_response_alg: alg },
  enabledJWA: { idTokenSigningAlgValues: [alg], userinfoSigningAlgValues: [alg], introspectionSigningAlgValues: [alg], authorizationSigningAlgValues: [alg] },
  scopes: ['openid', 'offline_access'],
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'given_name', 'family_name', 'updated_at'] },
  clients: [{
    client_id: clientId, client_secret: process.env.CLIENT_SECRET, redirect_uris: [redirectUri], response_types: ['code'],
    grant_types: ['authorization_code', 'refresh_token'], token_endpoint_auth_method: 'client_secret_basic', scope,
  }],
  ttl: { AccessToken: hour, AuthorizationCode: 10 * hour, RefreshToken: 240 * hour, Grant: 240 * hour, IdToken: hour },
  rotateRefreshToken: true,
  findAccount: async (ctx, id) => ({
    accountId: id,
    claims: async () => ({
      sub: id, email: `${id}@example.com`, email_verified: true, name: 'Anna Example', given_name: 'Anna', family_name: 'Example',
      updated_at: 1795253243,
    }),
  }),
  features: { devInteractions: { enabled: false }, introspection: { enabled: true }, userinfo: { enabled: true } },
});
provider.on('server_error', (ctx, err) => console.error('server_error', err));
provider.once('grant.error', (ctx, err) => console.error('grant.error', err));

const client = await provider.Client.find(clientId);
const now = () => Math.floor(Date.now() / 1000);

async function common(number) {
  const accountId = `person${number % people}`;
  const grant = new provider.Grant({ accountId, clientId });
  grant.addOIDCScope(scope);
  const grantId = await grant.save();
  return { accountId, client, grantId, scope, gty: 'authorization_code', expiresWithSession: false };
}
const prepare = {
  codes: async (number) => new provider.AuthorizationCode({
    ...(await common(number)), redirectUri, authTime: now(), nonce: 'n', codeChallenge: process.env.CHALLENGE, codeChallengeMethod: 'S256',
  }).save(),
  refresh_tokens: async (number) => new provider.RefreshToken({ ...(await common(number)), authTime: now(), nonce: 'n', iiat: now(), rotations: 0 }).save(),
  access_tokens: async (number) => new provider.AccessToken({ ...(await common(number)) }).save(),
};

async function prepared(request, response) {
  const { pathname, searchParams } = new URL(request.url, 'http://127.0.0.1');
  const make = prepare[pathname.slice('/prepare/'.length)];
  const lines = [];
  for (let number = 0; number < Number(searchParams.get('count')); number += 1) lines.push(await make(number));
  response.end(`${lines.join('\n')}\n`);
}

const serve = provider.callback();
http.createServer((request, response) => (request.url.startsWith('/prepare/') ? prepared(request, response) : serve(request, response)))
  .listen(port, '127.0.0.1');
