// openid-client: discovery and a client credentials grant, or the error that it throws.
import * as client from 'openid-client';

const { ISSUER, CLIENT_ID, CLIENT_SECRET, METHOD, DISCOVERY } = process.env;

const methods = {
  client_secret_basic: client.ClientSecretBasic,
  client_secret_post: client.ClientSecretPost,
};
const config = await client.discovery(new URL(ISSUER), CLIENT_ID, undefined, methods[METHOD](CLIENT_SECRET), {
  algorithm: DISCOVERY,
  execute: [client.allowInsecureRequests],
});
const { issuer } = config.serverMetadata();
try {
  const response = await client.clientCredentialsGrant(config, { scope: 'webapi' });
  console.log(JSON.stringify({ issuer, response }));
} catch (error) {
  if (!error.code?.startsWith('OAUTH_')) throw error;
  const challenge = error.name === 'WWWAuthenticateChallengeError' ? error.cause[0].scheme : null;
  const body = error.response.bodyUsed ? null : await error.response.json();
  const { name, status } = error;
  console.log(JSON.stringify({ name, status, error: error.error ?? body.error, challenge }));
}
