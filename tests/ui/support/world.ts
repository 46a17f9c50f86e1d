// The real engine on simulated time, over a machine that the test writes (`caretaker-sim`).
import { type ChildProcess, spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const PROGRAM = join(process.env.CARETAKER_PROGRAMS ?? join(ROOT, 'target/debug'), 'caretaker-sim');

/** What the engine says after each command. */
export interface Answer {
  state: string;
  at: string;
  alerts: number;
}

export interface Options {
  /** How much calm history there is to begin with. */
  history?: string;
  /** Where to listen; any free port unless told otherwise. */
  listen?: string;
  /** Whether the door of the product is opened too. */
  door?: boolean;
}

/** The door that the product has: its address and its access tokens. */
export interface Door {
  url: string;
  read: string;
  act: string;
}

export class World {
  private constructor(
    /** Where the pages and the engine answer. */
    readonly url: string,
    /** The product's own door, if it was asked for. */
    readonly door: Door | undefined,
    private readonly program: ChildProcess,
    private readonly lines: AsyncIterator<string>,
  ) {}

  static async start({ history = '2h', listen = '127.0.0.1:0', door = false }: Options = {}): Promise<World> {
    const words = ['--listen', listen, '--ui', join(ROOT, 'ui/dist'), '--history', history];
    if (door) words.push('--door', '127.0.0.1:0');
    const program = spawn(PROGRAM, words, { stdio: ['pipe', 'pipe', 'inherit'] });
    const failed = new Promise<never>((_, reject) => {
      program.once('error', reject);
      program.once('exit', (code) => reject(new Error(`caretaker-sim ended with ${code} before it listened`)));
    });
    failed.catch(() => undefined);
    const lines = createInterface({ input: program.stdout })[Symbol.asyncIterator]();
    const first = await Promise.race([lines.next(), failed]);
    if (first.done) throw new Error('caretaker-sim ended before it listened');
    const said = JSON.parse(first.value) as { listening: string; door?: string; read?: string; act?: string };
    const { door: at, read = '', act = '' } = said;
    return new World(said.listening, at ? { url: at, read, act } : undefined, program, lines);
  }

  /** The machine shows these figures from the next round on. */
  set = (figures: Record<string, number>) => this.tell({ set: figures });
  /** The machine does not have this series any more. */
  remove = (series: string) => this.tell({ remove: series });
  /** The next round. */
  round = () => this.tell({ round: true });
  /** Time passes, with a round every interval. */
  advance = (span: string) => this.tell({ advance: span });
  /** The machine sleeps. */
  sleep = (span: string) => this.tell({ sleep: span });
  /** A part of the machine cannot be read any more: `cpu`, `memory`, `disks`, `network`, `sensors`. */
  fail = (part: string) => this.tell({ fail: part });
  heal = (part: string) => this.tell({ heal: part });
  /** A program of this machine listens at a usual address; really it is at another one. */
  listen = (usual: string, actual: string) => this.tell({ listen: { [usual]: actual } });
  /** Nobody listens there any more. */
  hangUp = (usual: string) => this.tell({ hang_up: usual });
  /** A program writes a line into the log. */
  log = (level: 'warning' | 'error' | 'critical', source: string, message: string) =>
    this.tell({ log: { level, source, message } });
  /** Something is installed. */
  install = (text: string) => this.tell({ install: text });
  /** What is mounted there lies in this folder. */
  folder = (mount: string, folder: string) => this.tell({ folder: { [mount]: folder } });
  /** Variables of the environment in which the engine is started. */
  variable = (variables: Record<string, string>) => this.tell({ variable: variables });
  /** Disks that are due are looked at. */
  survey = () => this.tell({ survey: true });
  /** Somebody writes the configuration file. What the engine refuses is part of the story, not a failure. */
  configure = (text: string) => this.send({ configure: text });

  /** The machine shows these figures, and a round sees them. */
  async measure(figures: Record<string, number>): Promise<Answer> {
    await this.set(figures);
    return this.round();
  }

  /** The present time of the engine. */
  async now(): Promise<Date> {
    return new Date((await this.get<{ at: string }>('/status')).at);
  }

  /** Asks the engine as a page does. */
  async get<T>(path: string): Promise<T> {
    const answer = await fetch(`${this.url}/api/v1${path}`);
    return (await answer.json()) as T;
  }

  /** Asks the engine to do something, as a page does. */
  async ask<T>(method: 'POST' | 'PUT', path: string, body: object): Promise<T> {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${this.url}/api/v1${path}`, { method, headers, body: JSON.stringify(body) });
    return (await answer.json()) as T;
  }

  /** Ends as abruptly as a crash does. */
  async kill(): Promise<void> {
    if (this.program.exitCode !== null || this.program.signalCode !== null) return;
    const ended = new Promise((resolve) => this.program.once('exit', resolve));
    this.program.kill('SIGKILL');
    await ended;
  }

  private async tell(command: object): Promise<Answer> {
    const answer = await this.send(command);
    if ('error' in answer) throw new Error(`${JSON.stringify(command)}: ${JSON.stringify(answer.error)}`);
    return answer;
  }

  private async send(command: object): Promise<Answer> {
    this.program.stdin?.write(`${JSON.stringify(command)}\n`);
    const line = await this.lines.next();
    if (line.done) throw new Error('caretaker-sim ended');
    return JSON.parse(line.value) as Answer;
  }
}
