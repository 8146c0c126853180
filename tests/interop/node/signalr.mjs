// Microsoft's client of SignalR against a hub: with and without negotiation, calls, streams, and the ends.
import { appendFileSync } from 'node:fs';
import { HttpTransportType, HubConnectionBuilder, LogLevel } from '@microsoft/signalr';

const { HUB, TOKEN, REVOKED, CLIENT_ID, EXPIRING, MT4_HUB } = process.env;

function connect(url, options = {}, pauses = []) {
  return new HubConnectionBuilder()
    .withUrl(url, { accessTokenFactory: () => TOKEN, ...options })
    .withAutomaticReconnect(pauses)
    .configureLogging(LogLevel.None)
    .build();
}

const collected = (stream) =>
  new Promise((resolve, reject) => {
    const items = [];
    stream.subscribe({ next: (item) => items.push(item), complete: () => resolve(items), error: reject });
  });
const message = (error) => error.message;

const outcome = {};
const test = connect(HUB);
await test.start();
outcome.echo = await test.invoke('Echo', { text: 'Öl für 5 €', list: [1, null] });
outcome.count = await collected(test.stream('Count', 3));
outcome.unknown = await test.invoke('Nothing').catch(message);
outcome.arguments = await test.invoke('Echo').catch(message);
outcome.stream = await collected(test.stream('Count', 'three')).catch(message);
await test.stop();

const straight = connect(HUB, { skipNegotiation: true, transport: HttpTransportType.WebSockets });
await straight.start();
outcome.straight = await straight.invoke('Echo', 1);
await straight.stop();

const ticking = connect(MT4_HUB);
const ticked = new Promise((resolve) => ticking.on('OnTick', resolve));
await ticking.start();
await ticking.invoke('SubscribeToTicks', 'EURUSD');
outcome.tick = (await ticked).symbol;
await ticking.stop();

outcome.without = await connect(HUB, { accessTokenFactory: () => '' }).start().catch(message);

if (REVOKED) {
  const open = connect(MT4_HUB);
  const closed = new Promise((resolve) => open.onclose(resolve));
  // It is revoked while ticks arrive, by the stand-in for the feed of security events.
  open.on('OnTick', () => appendFileSync(REVOKED, `${CLIENT_ID}\n`));
  await open.start();
  await open.invoke('SubscribeToTicks', 'EURUSD');
  outcome.closed = message(await closed);
  outcome.again = await connect(MT4_HUB).start().catch(message);
}
if (EXPIRING) {
  let token = EXPIRING;
  const patient = connect(MT4_HUB, { accessTokenFactory: () => token }, [0]);
  patient.onreconnecting((error) => {
    outcome.expired = error.message;
    token = TOKEN;
  });
  const returned = new Promise((resolve) => patient.onreconnected(() => resolve(true)));
  await patient.start();
  outcome.returned = await returned;
  await patient.stop();
}
console.log(JSON.stringify(outcome));
