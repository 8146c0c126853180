// A single-page application as the README of oidc-client-ts shows it; tests press its buttons by name.
const callbacks = {
  '/callback': () => manager.signinCallback(),
  '/silent': () => manager.signinCallback(),
  '/goodbye': () => manager.signoutCallback(),
};
let manager;

async function start() {
  const settings = await (await fetch('/settings.json')).json();
  manager = new oidc.UserManager({
    ...settings,
    userStore: new oidc.WebStorageStateStore({ store: window.localStorage }),
    automaticSilentRenew: false,
    silentRequestTimeoutInSeconds: 10,
  });
  await callbacks[location.pathname]?.();
}

// Whoever is signed in, as far as this page knows.
async function person() {
  const user = await manager.getUser();
  if (!user) return null;
  const { access_token, refresh_token, id_token, expires_in, scope, profile } = user;
  return { access_token, refresh_token: refresh_token ?? null, id_token, expires_in, scope, profile };
}

// What became of an act that may be refused.
async function attempt(act) {
  try {
    await act();
    return null;
  } catch (error) {
    return { name: error.name, error: error.error ?? error.message };
  }
}

const acts = {
  popup: () => manager.signinPopup(),
  renew: () => manager.signinSilent({ forceIframeAuth: false }),
  renewInFrame: () => manager.signinSilent({ forceIframeAuth: true }),
  revoke: () => manager.revokeTokens(),
};

start().then(
  () => document.getElementById('state').textContent = 'ready',
  (error) => document.getElementById('state').textContent = `failed: ${error.name}: ${error.message}`,
);
