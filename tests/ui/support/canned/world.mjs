// TEMPORARY, until `caretaker-sim` serves the real engine: its state, and what its routes answer.
import { format, PROCESSES, SERIES, text, words } from './series.mjs';

const MIN = 60_000;
const iso = (at) => new Date(at).toISOString();
const SPAN = { ms: 1, s: 1000, m: MIN, h: 60 * MIN, d: 1440 * MIN, w: 7 * 1440 * MIN, y: 365 * 1440 * MIN };
export const span = (value) => {
  const parts = /^(\d+)(ms|s|m|h|d|w|y)$/.exec(value ?? '');
  return parts ? Number(parts[1]) * SPAN[parts[2]] : undefined;
};
export class Refusal extends Error {
  constructor(status, code, message, hint = '') {
    super(message);
    Object.assign(this, { status, body: { error: { code, message, ...(hint && { hint }) } } });
  }
}

const rule = (id, title, metric, of, over, warning, critical, hold, more = {}) => ({
  id, title, metric, of, ...(over && { over }), ...(warning && { warning }), ...(critical && { critical }), for: hold,
  keep_firing_for: '1m', no_data: 'keep', runbook: id, enabled: true, ...more,
});
const defaults = () => [
  rule('cpu-high', 'CPU busy', 'host.cpu.usage', 'avg', '5m', { above: 75 }, { above: 90 }, '2m'),
  rule('memory-high', 'Memory short', 'host.memory.usage', 'avg', '5m', { above: 80 }, { above: 95 }, '2m'),
  rule('swap-out', 'Swapping', 'host.swap.out', 'avg', '2m', { above: 20_000_000 }, undefined, '2m'),
  rule('disk-space', 'Disk nearly full', 'host.disk.usage', 'last', undefined, { above: 85 }, { above: 95 }, '1m'),
  rule('disk-forecast', 'Disk fills up', 'host.disk.usage', 'forecast', '3d', { below: 604_800 }, { below: 86_400 }, '30m'),
  rule('load-high', 'Load high', 'host.load.per_core', 'avg', '10m', { above: 2 }, undefined, '10m'),
  rule('engine-stale', 'Measurements stopped', 'caretaker.sample.age', 'last', undefined, undefined, { above: 90 }, '0s'),
  rule('collector-failing', 'Collector failing', 'caretaker.collector.failing', 'last', undefined, { above: 0 }, undefined, '5m'),
];

export class World {
  constructor({ now, history }) {
    this.now = now;
    this.started = now - history;
    this.overrides = [];
    this.sleeps = [];
    this.failing = [];
    this.degraded = [];
    this.alerts = [];
    this.silences = [];
    this.operations = [];
    this.quiet = null;
    this.rules = defaults();
    this.file = new Map();
    this.problems = [];
    this.login = false;
    this.tests = 0;
    this.lastRound = history > 0 ? now - 4000 : null;
    this.record('start', 'Caretaker started', this.started);
  }

  record(kind, what, at = this.now, result = 'done') {
    this.operations.unshift({ at: iso(at), kind, what, result, took_ms: null });
    this.operations.sort((a, b) => (a.at < b.at ? 1 : -1));
    this.operations.length = Math.min(10, this.operations.length);
  }

  asleep(at) {
    return this.sleeps.some(([from, to]) => at > from && at < to);
  }

  value(series, at) {
    if (at < this.started || at > this.now || this.asleep(at)) return null;
    const over = this.overrides.findLast((one) => one.text === series.text && at >= one.from && at <= one.to);
    return over ? over.value : series.value(at);
  }

  set(values, from = this.now) {
    for (const [name, value] of Object.entries(values)) this.overrides.push({ text: name, value, from, to: Infinity });
  }

  /** A round now: judge, as the real one does, only much more simply (the `for` counts, the window does not). */
  round() {
    this.lastRound = this.now;
    for (const rule of this.rules.filter((one) => one.enabled && one.of !== 'forecast')) {
      for (const series of SERIES.filter((one) => one.name === rule.metric)) this.judge(rule, series);
    }
  }

  judge(rule, series) {
    const value = this.value(series, this.now);
    if (value === null) return;
    const over = (bound) => bound && ('above' in bound ? value > bound.above : value < bound.below);
    const level = over(rule.critical) ? 'critical' : over(rule.warning) ? 'warning' : undefined;
    let alert = this.alerts.find((one) => one.rule === rule.id && one.key === series.text && one.state !== 'resolved');
    if (!level && !alert) return;
    if (level && !alert) {
      alert = this.raise(rule, series, this.now);
      alert.state = 'pending';
    }
    alert.value = value;
    alert.peak = Math.max(alert.peak, value);
    if (!level) {
      if (alert.state === 'pending') return void this.alerts.splice(this.alerts.indexOf(alert), 1);
      alert.state = 'resolved';
      alert.resolved = this.now;
      alert.timeline.push([this.now, { kind: 'resolved', reason: 'back to normal' }, 'Resolved: back to normal']);
      alert.notices.push(['close', this.now, '']);
      return;
    }
    if (alert.state === 'pending' && this.now - alert.since >= (span(rule.for) ?? 0)) this.fire(alert, level);
    else if (alert.state === 'firing' && alert.level === 'warning' && level === 'critical') {
      alert.timeline.push([this.now, { kind: 'worsened' }, 'Worsened from warning to critical']);
    }
    alert.level = level;
  }

  raise(rule, series, since) {
    const alert = {
      id: `0198c${String(this.alerts.length + 1).padStart(3, '0')}-7a10-7c22-9f3e-5b1d${String(Math.round(since / 1000)).slice(-8)}`,
      rule: rule.id, key: series.text, series, level: 'warning', state: 'pending', since, fired: null, resolved: null,
      value: 0, peak: 0, acknowledged: null, until: null, timeline: [[since, { kind: 'pended' }, 'First breach']], notices: [], evidence: null,
    };
    this.alerts.push(alert);
    return alert;
  }

  fire(alert, level, at = this.now) {
    const rule = this.rules.find((one) => one.id === alert.rule);
    alert.state = 'firing';
    alert.level = level;
    alert.fired = at;
    alert.timeline.push([at, { kind: 'fired', level }, `Raised as ${level}`]);
    alert.notices.push(['raise', at, '']);
    alert.evidence = {
      at: iso(at), rule: structuredClone(rule), rule_text: this.ruleText(rule),
      samples: this.raw(alert.series, at - 29 * 30_000, at),
      processes: this.processes(at),
      companions: ['host.load.1m', 'host.memory.usage', 'host.swap.used', 'host.disk.usage{mount=/}', 'host.temperature{sensor=Package id 0}'].map((wanted) => {
        const series = SERIES.find((one) => one.text === wanted);
        return { name: series.name, labels: series.labels, unit: series.unit, value: this.value(series, at) ?? 0 };
      }),
      marks: [],
    };
  }

  ruleText(rule) {
    const unit = rule.of === 'forecast' ? 'seconds' : (SERIES.find((one) => one.name === rule.metric)?.unit ?? 'count');
    const bound = (one) => ('above' in one ? `above ${format(unit, one.above)}` : `below ${format(unit, one.below)}`);
    const levels = [rule.warning && `warning ${bound(rule.warning)}`, rule.critical && `critical ${bound(rule.critical)}`].filter(Boolean).join(', ');
    return `The ${rule.of === 'avg' ? `average of ${words(span(rule.over))}` : 'latest value'} of ${rule.metric}: ${levels}${rule.for === '0s' ? '' : `, for ${words(span(rule.for))}`}`;
  }

  /** An alert that is over, for the history. */
  past(ruleId, seriesText, begin, length, level, peak) {
    const rule = this.rules.find((one) => one.id === ruleId);
    const series = SERIES.find((one) => one.text === seriesText);
    this.overrides.push({ text: seriesText, value: peak, from: begin, to: begin + length });
    const alert = this.raise(rule, series, begin);
    alert.value = alert.peak = peak;
    this.fire(alert, level, begin + 2 * MIN);
    alert.state = 'resolved';
    alert.resolved = begin + length;
    alert.value = (rule[level]?.above ?? 80) * 0.72;
    alert.timeline.push([alert.resolved, { kind: 'resolved', reason: 'back to normal' }, 'Resolved: back to normal']);
    alert.notices.push(['close', alert.resolved, '']);
    return alert;
  }

  advance(millis) {
    const end = this.now + millis;
    while (this.now < end) {
      this.now = Math.min(end, this.now + 30_000);
      if (!this.asleep(this.now)) this.round();
    }
  }

  sleep(millis) {
    this.sleeps.push([this.now, this.now + millis]);
    this.now += millis;
    this.round();
  }

  fail(part) {
    const hints = { disks: 'Check whether a network disk hangs: `df -h` shows the same wait.', notifications: 'Start a notification daemon such as dunst.' };
    this.degraded.push({
      part: part === 'notifications' ? part : `collector ${part}`,
      why: part === 'notifications' ? 'No notification daemon answers on the session bus.' : 'Reading the mounted disks took longer than 5 s; tried again in 4 min.',
      since: iso(this.now - 6 * MIN), hint: hints[part] ?? '',
    });
  }

  raw(series, from, to) {
    const points = [];
    for (let at = Math.ceil(from / 30_000) * 30_000; at <= to; at += 30_000) {
      const value = this.value(series, at);
      if (value !== null) points.push({ at: iso(at), value, min: value, max: value });
      else if (at >= this.started && points.length > 0 && points.at(-1).value !== null) points.push({ at: iso(at), value: null, min: null, max: null });
    }
    const last = this.lastRound && to >= this.lastRound ? this.value(series, this.lastRound) : null;
    if (last !== null && Date.parse(points.at(-1)?.at ?? 0) < this.lastRound) points.push({ at: iso(this.lastRound), value: last, min: last, max: last });
    return points;
  }

  stepped(series, from, to, step) {
    const points = [];
    for (let at = Math.floor(from / step) * step; at <= to; at += step) {
      const values = [];
      for (let inner = 0; inner < step; inner += Math.max(30_000, step / 10)) {
        const value = this.value(series, at + inner);
        if (value !== null) values.push(value);
      }
      if (values.length > 0) points.push({ at: iso(at), value: values.reduce((a, b) => a + b, 0) / values.length, min: Math.min(...values), max: Math.max(...values) });
      else if (at >= this.started && at < this.now) points.push({ at: iso(at), value: null, min: null, max: null });
    }
    return points;
  }

  marks(from, to) {
    const all = [
      { kind: 'start', at: iso(this.started), text: 'Caretaker started' },
      ...this.sleeps.map(([begin, end]) => ({ kind: 'sleep', at: iso(begin), until: iso(end), text: `Asleep for ${words(end - begin)}` })),
      ...this.operations.filter((one) => one.kind === 'configuration').map((one) => ({ kind: 'configuration', at: one.at, text: one.what })),
    ];
    return all.filter((one) => Date.parse(one.until ?? one.at) >= from && Date.parse(one.at) <= to);
  }

  points(query) {
    const name = query.get('name');
    const labels = query.getAll('label').map((pair) => pair.split(/=(.*)/s));
    const matching = SERIES.filter((one) => one.name === name && labels.every(([key, value]) => one.labels[key] === value));
    if (matching.length === 0) throw new Refusal(404, 'not_found', `No series \`${text(name, Object.fromEntries(labels))}\` is kept`, 'See `caretaker metrics list`.');
    const to = query.has('to') ? Date.parse(query.get('to')) : this.now;
    const from = query.has('from') ? Date.parse(query.get('from')) : to - (span(query.get('since') ?? '24h') ?? 1440 * MIN);
    const most = Number(query.get('max_points') ?? 800);
    const step = [undefined, 300_000, 3_600_000].find((one) => (to - from) / (one ?? 30_000) <= most * 1.5) ?? 3_600_000;
    const series = matching.map((one) => {
      const points = step ? this.stepped(one, from, to, step) : this.raw(one, from, to);
      return { name: one.name, ...(Object.keys(one.labels).length > 0 && { labels: one.labels }), unit: one.unit, points, stats: stats(points) };
    });
    return {
      from: iso(from), to: iso(to), step_ms: step ?? null, series,
      ...(series.length === 1 && { points: series[0].points, stats: series[0].stats }), marks: this.marks(from, to),
    };
  }

  processes(at = this.now) {
    const load = this.value(SERIES[0], at) ?? 8;
    return PROCESSES.map(([name, pid, share, memory]) => ({ pid, name, cpu_percent: Math.round(share * load * 40) / 10, memory_bytes: memory })).sort((a, b) => b.cpu_percent - a.cpu_percent);
  }

  alertView(alert) {
    const rule = this.rules.find((one) => one.id === alert.rule);
    const { unit } = alert.series;
    const end = alert.resolved ?? this.now;
    const bound = rule?.[alert.level];
    const muted = this.silences.find((one) => Date.parse(one.until) > this.now && (one.alert ? one.alert === alert.id : one.rule === alert.rule));
    const until = Math.max(alert.until ?? 0, muted ? Date.parse(muted.until) : 0);
    const what = { 'host.cpu.usage': 'CPU', 'host.memory.usage': 'Memory', 'host.disk.usage': `Disk ${alert.series.labels.mount}` }[alert.series.name] ?? rule.title;
    const shown = alert.state === 'resolved' ? alert.peak : alert.value;
    return {
      id: alert.id, rule: alert.rule, title: rule.title, level: alert.level, state: alert.state, since: iso(alert.since),
      fired_at: alert.fired && iso(alert.fired), resolved_at: alert.resolved && iso(alert.resolved), metric: alert.series.name, labels: alert.series.labels, unit,
      value: alert.value, value_text: format(unit, alert.value), peak: alert.peak, threshold: bound ?? null,
      summary: `${what} ${format(unit, shown)} for ${words(end - alert.since)}${bound ? ` (${alert.level} above ${format(unit, bound.above)})` : ''}`,
      runbook: rule.runbook, acknowledged: alert.acknowledged, silenced_until: until ? iso(until) : null, no_data: false,
    };
  }

  detail(alert) {
    const rule = this.rules.find((one) => one.id === alert.rule);
    return {
      ...this.alertView(alert), current_rule: rule,
      timeline: alert.timeline.map(([at, change, words]) => ({ at: iso(at), change, text: words })),
      evidence: alert.evidence,
      notices: alert.notices.map(([kind, at]) => ({ channel: 'native', kind, state: 'delivered', at: iso(at), body: kind === 'close' ? '' : this.alertView(alert).summary })),
    };
  }

  open() {
    const raised = this.alerts.filter((one) => one.state === 'firing');
    return raised.sort((a, b) => (a.level === b.level ? b.since - a.since : a.level === 'critical' ? -1 : 1));
  }

  status() {
    const open = this.open().map((one) => this.alertView(one));
    const heard = open.filter((one) => !one.silenced_until);
    const last = (name) => (this.lastRound === null ? null : this.value(SERIES.find((one) => one.text === name), this.lastRound));
    const state = this.lastRound === null ? 'unknown' : heard.some((one) => one.level === 'critical') ? 'critical' : heard.length > 0 ? 'warning' : 'ok';
    const none = { state: 'not_configured' };
    return {
      state, verdict: this.lastRound === null ? 'Nothing measured yet' : heard.length === 0 ? 'All is well' : heard.length === 1 ? 'One thing needs you' : `${heard.length} things need you`,
      at: iso(this.now),
      host: { name: 'workshop', os: 'Debian GNU/Linux', os_version: '12', kernel: '6.1.0-28-amd64', architecture: 'x86_64', cpu: 'Intel Core i5-8259U', cores: 4, memory_bytes: 16_600_000_000, boot_at: iso(this.now - 3 * 86_400_000 - 4.3 * 3_600_000), cpu_percent: last('host.cpu.usage'), memory_percent: last('host.memory.usage'), disk_percent: last('host.disk.usage{mount=/}'), load_1m: last('host.load.1m'), temperature_celsius: last('host.temperature{sensor=Package id 0}') },
      engine: { running: true, version: '0.1.0', pid: 3004, started: iso(this.started), program: 'caretaker-app', home: '/home/ada/.local/share/caretaker', interval_ms: span(this.file.get('collect.interval') ?? '30s'), last_round: this.lastRound && iso(this.lastRound), round_took_ms: this.lastRound ? 7.4 : null },
      alerts: open, quiet: { until: this.quiet && this.quiet > this.now ? iso(this.quiet) : null },
      services: none, backups: none, maintenance: none, usage: none, models: none, operations: this.operations,
      storage: { home: '/home/ada/.local/share/caretaker', metrics_bytes: 11_300_000, state_bytes: 480_000, total_bytes: 15_900_000, free_bytes: 67_200_000_000, series: SERIES.length, oldest: this.lastRound ? iso(this.started) : null },
      degraded: this.degraded,
    };
  }

  overview() {
    const from = this.now - 60 * MIN;
    const find = (wanted) => SERIES.find((one) => one.text === wanted);
    const value = (wanted) => this.value(find(wanted), this.lastRound ?? 0);
    const tile = (id, title, wanted, details) => {
      const series = find(wanted);
      const now = this.lastRound === null ? null : value(wanted);
      const rule = this.rules.find((one) => one.metric === series.name && one.of !== 'forecast' && one.enabled);
      const alert = this.open().find((one) => one.key === wanted);
      return { id, title, series: { name: series.name, ...(Object.keys(series.labels).length > 0 && { labels: series.labels }) }, unit: series.unit, value: now, text: now === null ? 'no value yet' : format(series.unit, now), state: alert?.level ?? (now === null ? 'unknown' : 'ok'), details: now === null ? [] : details.map(([label, one]) => ({ label, text: format(find(one).unit, value(one)) })), points: this.raw(series, from, this.now), warning: rule?.warning ?? null, critical: rule?.critical ?? null };
    };
    return {
      status: this.status(),
      tiles: this.lastRound === null ? [] : [
        tile('cpu', 'CPU', 'host.cpu.usage', [['Load', 'host.load.1m'], ['Pressure', 'host.cpu.pressure']]),
        tile('memory', 'Memory', 'host.memory.usage', [['Used', 'host.memory.used'], ['Available', 'host.memory.available']]),
        tile('swap', 'Swap', 'host.swap.used', [['Size', 'host.swap.total'], ['Out', 'host.swap.out']]),
        tile('disk:/', 'Disk /', 'host.disk.usage{mount=/}', [['Free', 'host.disk.free{mount=/}'], ['Size', 'host.disk.total{mount=/}']]),
        tile('disk:/data', 'Disk /data', 'host.disk.usage{mount=/data}', [['Free', 'host.disk.free{mount=/data}'], ['Size', 'host.disk.total{mount=/data}']]),
        tile('network:eth0', 'Network eth0', 'host.network.received{interface=eth0}', [['Sent', 'host.network.sent{interface=eth0}']]),
        tile('io:nvme0n1', 'Disk activity nvme0n1', 'host.disk.written{disk=nvme0n1}', [['Read', 'host.disk.read{disk=nvme0n1}'], ['Busy', 'host.disk.busy{disk=nvme0n1}']]),
        tile('temperature', 'Temperature', 'host.temperature{sensor=Package id 0}', [['nvme0', 'host.temperature{sensor=nvme0}']]),
      ],
      processes: this.lastRound === null ? null : { at: iso(this.lastRound), processes: this.processes() },
      marks: this.marks(from, this.now), from: iso(from), to: iso(this.now),
    };
  }

  configuration() {
    const origins = [['collect.interval', '30s'], ['collect.processes', '20'], ['notify.native', 'true'], ['keep.raw', '30d']].map(([key, value]) => ({ key, value: this.file.get(key) ?? value, origin: this.file.has(key) ? 'file line 2' : 'default' }));
    for (const [key, value] of this.file) if (key.startsWith('rule.')) origins.push({ key, value, origin: 'file line 5' });
    return { path: '/home/ada/.local/share/caretaker/caretaker.toml', exists: this.file.size > 0, text: '', settings: { collect: { interval: this.file.get('collect.interval') ?? '30s', processes: 20 }, notify: { native: this.file.get('notify.native') !== 'false', repeat: '4h' }, rules: this.rules }, origins, problems: this.problems, in_force_since: iso(this.configured ?? this.started), unused: [] };
  }

  change(key, value) {
    const bad = (message, hint) => new Refusal(400, 'invalid_configuration', message, hint);
    if (key === 'collect.interval' && value !== null) {
      const millis = span(value);
      if (millis === undefined) throw bad(`\`${value}\` is no length of time`, 'Write it as `30s` or `5m`.');
      if (millis < 5000 || millis > 3_600_000) throw bad(`\`collect.interval\` must lie between 5s and 1h, and is ${value}`);
    }
    const parts = /^rule\.([a-z-]+)\.(.+)$/.exec(key);
    if (parts) {
      const at = this.rules.findIndex((one) => one.id === parts[1]);
      const fresh = defaults().find((one) => one.id === parts[1]);
      const next = structuredClone(this.rules[at]);
      const [level, side] = parts[2].split('.');
      if (side) {
        const number = value === null ? fresh[level][side] : Number(value);
        if (value === '' || Number.isNaN(number)) throw bad(`\`${value}\` is no number`, '');
        next[level] = { [side]: number };
      } else next[level] = value === null ? fresh[level] : value === 'true';
      if (next.warning?.above >= next.critical?.above) throw bad(`The warning of \`${next.id}\` (${next.warning.above}) lies beyond its critical bound (${next.critical.above})`, '');
      this.rules[at] = next;
    }
    if (value === null) this.file.delete(key);
    else this.file.set(key, value);
    this.configured = this.now;
    this.record('configuration', value === null ? `\`${key}\` is back at its default` : `\`${key}\` set to ${value}`);
  }
}

function stats(points) {
  const values = points.flatMap((one) => (one.value === null ? [] : [one.value])).sort((a, b) => a - b);
  if (values.length === 0) return { count: 0, min: null, max: null, mean: null, p50: null, p95: null, p99: null };
  const rank = (percent) => values[Math.max(0, Math.ceil((percent / 100) * values.length) - 1)];
  const low = Math.min(...points.flatMap((one) => (one.min === null ? [] : [one.min])));
  const high = Math.max(...points.flatMap((one) => (one.max === null ? [] : [one.max])));
  return { count: values.length, min: low, max: high, mean: values.reduce((a, b) => a + b, 0) / values.length, p50: rank(50), p95: rank(95), p99: rank(99) };
}
