// The published SDK of the WebAPI: platforms and server time, or the error that it throws.
import { CPluginWebApiClient, OAuth2TokenError } from '@mywebapi.com/sdk';

const { ISSUER, API, CLIENT_ID, CLIENT_SECRET, SCOPE } = process.env;

let tokenRequests = 0;
const client = new CPluginWebApiClient({
  env: 'custom',
  apiBaseUrl: API,
  authority: ISSUER,
  allowInsecureLoopback: true,
  clientId: CLIENT_ID,
  clientSecret: CLIENT_SECRET,
  ...(SCOPE ? { scopes: [SCOPE] } : {}),
  // As often as by default, only without the pauses in between.
  retry: { baseDelayMs: 1 },
  fetch: (url, options) => {
    if (options?.method === 'POST') tokenRequests += 1;
    return fetch(url, options);
  },
});

const outcome = {};
try {
  outcome.platforms = (await client.listTradePlatforms()).map((platform) => platform.id);
  outcome.serverTime = await client.mt4.getServerTime(outcome.platforms[0]);
} catch (error) {
  if (!(error instanceof OAuth2TokenError)) throw error;
  const { name, status, errorCode, errorDescription, requestId } = error;
  outcome.error = { name, status, errorCode, errorDescription, requestId };
}
console.log(JSON.stringify({ ...outcome, tokenRequests }));
