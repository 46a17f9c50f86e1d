// A server on this machine that plays what Ollama answers, over real HTTP.
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = join(dirname(fileURLToPath(import.meta.url)), '../../fixtures/models/ollama');
const fixture = (name: string) => JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8')) as unknown;

interface Loaded {
  models: { expires_at: string }[];
}

export class Ollama {
  /** First lines of requests that a look at a server has no business to make. */
  readonly strange: string[] = [];

  private constructor(
    private readonly server: Server,
    readonly address: string,
  ) {}

  /** Its first model leaves memory at a moment that a test may choose; the second stays. */
  static async start(leaves: Date): Promise<Ollama> {
    const loaded = fixture('ps') as Loaded;
    if (loaded.models[0]) loaded.models[0].expires_at = leaves.toISOString();
    const answers: Record<string, unknown> = {
      '/api/version': fixture('version'),
      '/api/tags': fixture('tags'),
      '/api/ps': loaded,
    };
    const server = createServer((request, response) => {
      const answer = answers[request.url ?? ''];
      if (request.method !== 'GET' || answer === undefined) playing.strange.push(`${request.method} ${request.url}`);
      response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer ?? { error: 'not found' }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const playing = new Ollama(server, `127.0.0.1:${(server.address() as AddressInfo).port}`);
    return playing;
  }

  async stop(): Promise<void> {
    await new Promise((resolve) => this.server.close(resolve));
  }
}
