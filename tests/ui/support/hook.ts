// A server of somebody else's that a channel sends to.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Hook {
  port: number;
  /** The status from now on. */
  answer(status: number): void;
  /** The event of every document that it was sent. */
  received(): string[];
  close(): void;
}

export async function hook(): Promise<Hook> {
  let status = 200;
  const events: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (piece: Buffer) => (body += piece.toString()));
    request.on('end', () => {
      events.push((JSON.parse(body) as { event: string }).event);
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    answer: (next) => (status = next),
    received: () => events,
    close: () => void server.close(),
  };
}
