// TEMPORARY: speaks the protocol of `caretaker-sim` (JSON lines on stdin and stdout) over canned answers, so that the
// specs need no change when the real one takes its place.
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { Refusal, span, World } from './world.mjs';
import { SERIES } from './series.mjs';

const { values: options } = parseArgs({ options: { listen: { type: 'string', default: '127.0.0.1:0' }, ui: { type: 'string', default: 'ui/dist' }, history: { type: 'string', default: '30d' }, now: { type: 'string' } } });
const world = new World({ now: options.now ? Date.parse(options.now) : Date.now(), history: span(options.history) ?? 0 });
const listeners = new Set();
const hint = (message) => listeners.forEach((one) => one.write(`data: ${JSON.stringify(message)}\n\n`));
const CSP = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self' ipc: http://ipc.localhost; object-src 'none'; base-uri 'self'; frame-ancestors 'none'; form-action 'none'";
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
let delay = 0;
let hasDesktop = true;

function answer(method, path, query, body) {
  const alert = /^\/alerts\/([^/]+)(?:\/(\w+))?$/.exec(path);
  if (alert) {
    const found = world.alerts.find((one) => one.id.startsWith(decodeURIComponent(alert[1])));
    if (!found) throw new Refusal(404, 'not_found', `No alert \`${decodeURIComponent(alert[1])}\` is known`, 'See `caretaker alerts list --all`.');
    if (alert[2] === 'acknowledge') {
      found.acknowledged = { at: new Date(world.now).toISOString(), level: found.level, ...(body.note && { note: body.note }) };
      found.timeline.push([world.now, { kind: 'acknowledged', note: body.note ?? '' }, body.note ? `Acknowledged: ${body.note}` : 'Acknowledged']);
      world.record('acknowledge', 'An alert was acknowledged');
      return told(world.alertView(found));
    }
    if (alert[2] === 'snooze') {
      found.until = world.now + span(body.for);
      found.timeline.push([world.now, { kind: 'snoozed', until: new Date(found.until).toISOString() }, `Snoozed for ${body.for}`]);
      return told(world.alertView(found));
    }
    return world.detail(found);
  }
  const silence = /^\/silences\/(.+)$/.exec(path);
  if (silence && method === 'DELETE') {
    world.silences = world.silences.filter((one) => one.id !== decodeURIComponent(silence[1]));
    return told({});
  }
  switch (`${method} ${path}`) {
    case 'GET /status': return world.status();
    case 'GET /overview': return world.overview();
    case 'GET /metrics/series': return { series: SERIES.map((one) => ({ name: one.name, ...(Object.keys(one.labels).length > 0 && { labels: one.labels }), unit: one.unit, kind: 'gauge', last: world.lastRound ? world.value(one, world.lastRound) : null, at: world.lastRound && new Date(world.lastRound).toISOString() })) };
    case 'GET /metrics/points': return world.points(query);
    case 'GET /alerts': {
      const hours = Number(query.get('hours') ?? 0);
      const all = query.get('all') === 'true' ? [...world.alerts].sort((a, b) => b.since - a.since) : world.open();
      return { alerts: all.filter((one) => !query.get('level') || one.level === query.get('level')).filter((one) => !hours || (one.resolved ?? world.now) > world.now - hours * 3_600_000).map((one) => world.alertView(one)) };
    }
    case 'GET /silences': return { silences: world.silences.filter((one) => Date.parse(one.until) > world.now) };
    case 'POST /silences': {
      const byAlert = world.alerts.find((one) => one.id === body.target);
      const made = { id: `silence-${world.silences.length + 1}`, ...(byAlert ? { alert: byAlert.id } : { rule: body.target }), from: new Date(world.now).toISOString(), until: new Date(world.now + span(body.for)).toISOString(), reason: body.reason ?? '' };
      world.silences.push(made);
      world.record('silence', `\`${byAlert?.rule ?? body.target}\` is silenced for ${body.for}`);
      return told(made);
    }
    case 'GET /rules': return { rules: world.rules };
    case 'PUT /quiet': {
      const morning = new Date(world.now + 86_400_000).setHours(7, 0, 0, 0);
      world.quiet = body.for === 'off' ? null : body.for === 'tomorrow' ? morning : world.now + span(body.for);
      world.record('quiet', world.quiet ? `Notifications paused for ${body.for}` : 'Notifications resumed');
      return told({ until: world.quiet && new Date(world.quiet).toISOString() });
    }
    case 'GET /configuration': return world.configuration();
    case 'POST /configuration/set': {
      world.change(body.key, body.value);
      setTimeout(() => hint({ topic: 'configuration' }), 0);
      return world.configuration();
    }
    case 'GET /desktop': case 'PUT /desktop/start-at-login': {
      if (!hasDesktop) throw new Refusal(501, 'not_configured', 'No tray app is attached');
      if (method === 'PUT') world.login = body.enabled;
      return { start_at_login: world.login, tray: true };
    }
    case 'POST /notifications/test': world.tests += 1; return undefined;
  }
  throw new Refusal(404, 'not_found', `No route ${method} ${path}`);
}

function told(body) {
  setTimeout(() => hint({ topic: 'status' }), 0);
  return body;
}

const server = createServer((request, response) => {
  const url = new URL(request.url, 'http://localhost');
  if (url.pathname === '/api/v1/watch') {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
    listeners.add(response);
    request.on('close', () => listeners.delete(response));
    return void response.write('data: {"topic":"hello"}\n\n');
  }
  if (url.pathname.startsWith('/api/v1')) {
    let text = '';
    request.on('data', (part) => (text += part));
    request.on('end', () => setTimeout(() => {
      const send = (status, body) => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(body === undefined ? '' : JSON.stringify(body));
      };
      try {
        const body = answer(request.method, url.pathname.slice('/api/v1'.length), url.searchParams, text ? JSON.parse(text) : undefined);
        send(body === undefined ? 204 : 200, body);
      } catch (error) {
        send(error.status ?? 500, error.body ?? { code: 'internal', message: String(error.stack) });
      }
    }, delay));
    return;
  }
  let file = join(options.ui, normalize(url.pathname));
  if (!existsSync(file) || statSync(file).isDirectory()) file = join(options.ui, 'index.html');
  response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream', 'content-security-policy': CSP });
  createReadStream(file).pipe(response);
});

const commands = {
  set: (values) => { world.set(values); world.round(); hint({ topic: 'round' }); },
  advance: (text) => { world.advance(span(text)); hint({ topic: 'round' }); hint({ topic: 'status' }); },
  round: () => { world.round(); hint({ topic: 'round' }); },
  fail: (part) => { world.fail(part); hint({ topic: 'status' }); },
  sleep: (text) => { world.sleep(span(text)); hint({ topic: 'round' }); },
  past: ([rule, series, ago, length, level, peak]) => world.past(rule, series, world.now - span(ago), span(length), level, peak),
  problems: (problems) => { world.problems = problems; world.degraded.push({ part: 'configuration', why: 'The file has mistakes; the last good version is in force.', since: new Date(world.now).toISOString(), hint: 'See Settings.' }); hint({ topic: 'configuration' }); hint({ topic: 'status' }); },
  desktop: (on) => { hasDesktop = on; },
  delay: (millis) => { delay = millis; },
  open: (route) => hint({ topic: 'open_window', route }),
};
createInterface({ input: process.stdin }).on('line', (line) => {
  try {
    for (const [name, argument] of Object.entries(JSON.parse(line))) commands[name](argument);
    process.stdout.write(`${JSON.stringify({ ok: true, now: new Date(world.now).toISOString() })}\n`);
  } catch (error) {
    process.stdout.write(`${JSON.stringify({ error: { code: 'usage', message: String(error) } })}\n`);
  }
}).on('close', () => process.exit(0));

const [host, port] = options.listen.split(':');
server.listen(Number(port), host, () => process.stdout.write(`${JSON.stringify({ listening: `http://${host}:${server.address().port}` })}\n`));
