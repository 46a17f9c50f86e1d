// A real store that speaks S3 (moto) on loopback, gone with the test.
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const PROGRAMS = process.env.CARETAKER_PROGRAMS ?? join(ROOT, 'target/debug');
const PROGRAM = join(PROGRAMS, '../moto/bin/moto_server');
/** What is not signed may not write; whether the signature is right, moto does not ask. */
const SIGNED = 'AWS4-HMAC-SHA256 Credential=keyid/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0';

export class Store {
  private constructor(
    /** For the address of a destination. */
    readonly endpoint: string,
    private readonly program: ChildProcess,
  ) {}

  /** One with the empty bucket `archives`. */
  static async start(): Promise<Store> {
    const port = await freePort();
    const program = spawn(PROGRAM, ['-H', '127.0.0.1', '-p', `${port}`], { stdio: 'ignore' });
    const store = new Store(`http://127.0.0.1:${port}`, program);
    for (let tries = 0; tries < 300; tries += 1) {
      const made = await store.ask('PUT').catch(() => undefined);
      if (made?.ok) return store;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`${PROGRAM} does not start; \`npm test\` installs it`);
  }

  /** Keys of everything that lies there. */
  async keys(): Promise<string[]> {
    const text = await (await this.ask('GET')).text();
    return [...text.matchAll(/<Key>(.*?)<\/Key>/g)].map((match) => match[1] ?? '');
  }

  stop = () => this.program.kill();

  private ask = (method: string) => fetch(`${this.endpoint}/archives`, { method, headers: { authorization: SIGNED } });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
