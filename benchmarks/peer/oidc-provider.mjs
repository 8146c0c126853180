// The peer of `make bench`, configured as in the first measurements, so that ratios stay comparable: npm oidc-provider 9, JWT access
// tokens through resource indicators, everything in memory. Its client is named by CLIENT_ID and CLIENT_SECRET, so that both
// servers get the same body. ALG=ES256|RS256|EdDSA PORT=8000 node oidc-provider.mjs
import http from 'node:http';
import { Provider } from 'oidc-provider';
import { generateKeyPair, exportJWK } from 'jose';
const alg = process.env.ALG || 'ES256';
const port = Number(process.env.PORT || 8000);
const { privateKey } = await generateKeyPair(alg, { extractable: true });
const jwk = { ...(await exportJWK(privateKey)), alg, use: 'sig', kid: 'k1' };
const provider = new Provider(`http://127.0.0.1:${port}`, {
  jwks: { keys: [jwk] },
  routes: { token: '/connect/token', jwks: '/jwks' },
  clientDefaults: { id_token_signed_response_alg: alg },
  enabledJWA: { idTokenSigningAlgValues: [alg] , userinfoSigningAlgValues: [alg], introspectionSigningAlgValues: [alg], authorizationSigningAlgValues: [alg]},
  scopes: ['openid', 'offline_access', 'webapi'],
  clients: [{
    client_id: process.env.CLIENT_ID, client_secret: process.env.CLIENT_SECRET,
    grant_types: ['client_credentials'], redirect_uris: [], response_types: [],
    token_endpoint_auth_method: 'client_secret_post', scope: 'webapi',
  }],
  ttl: { ClientCredentials: 600 },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: async () => 'urn:webapi',
      useGrantedResource: async () => true,
      getResourceServerInfo: async () => ({ scope: 'webapi', audience: 'webapi', accessTokenTTL: 600, accessTokenFormat: 'jwt', jwt: { sign: { alg } } }),
    },
  },
});
provider.on('server_error', (ctx, err) => console.error('server_error', err));
provider.once('grant.error', (ctx, err) => console.error('grant.error', err));
http.createServer(provider.callback()).listen(port, '127.0.0.1');
