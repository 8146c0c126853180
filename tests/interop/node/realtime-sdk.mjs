// The realtime clients of the published SDK: what arrives on the hubs of MT4 and MT5.
import { CPluginWebApiClient } from '@mywebapi.com/sdk';

const { ISSUER, API, CLIENT_ID, CLIENT_SECRET } = process.env;

const client = new CPluginWebApiClient({
  env: 'custom',
  apiBaseUrl: API,
  authority: ISSUER,
  allowInsecureLoopback: true,
  clientId: CLIENT_ID,
  clientSecret: CLIENT_SECRET,
});
const options = { allowInsecureLoopback: true, reconnect: false };
const platforms = await client.listTradePlatforms();
const idOf = (type) => platforms.find((platform) => platform.type === type).id;
const outcome = { platforms, serverTime: await client.mt5.getServerTime(idOf('MT5')) };

const mt4 = client.realtime.mt4(idOf('MT4'), options);
const greeted = new Promise((resolve) => mt4.onConnectionStatus(resolve));
const ticked = new Promise((resolve) => mt4.onTick(resolve));
await mt4.start();
outcome.status = await greeted;
await mt4.subscribeToTicks('EURUSD');
outcome.tick = await ticked;
await mt4.unsubscribeFromTicks('EURUSD');

outcome.streamed = [];
for await (const tick of mt4.streamTicks('XAUUSD')) {
  outcome.streamed.push(tick.symbol);
  if (outcome.streamed.length === 2) break;
}
const every = new Set();
for await (const tick of mt4.streamTicks()) {
  every.add(tick.symbol);
  if (every.size === 4) break;
}
outcome.every = [...every].sort();
outcome.error = await mt4.subscribeToTicks('NOTHING').catch((error) => error.message);
await mt4.stop();

const mt5 = client.realtime.mt5(idOf('MT5'), options);
const present = new Promise((resolve) => mt5.onConnectionStatus(resolve));
await mt5.start();
outcome.mt5 = await present;
await mt5.stop();

console.log(JSON.stringify(outcome));
