// The one shape in which a failure reaches a page.
import type { Code as EngineCode } from './types';

/** What pages may match; never the text. `unreachable` is the window's own: nobody answered at all. */
export type Code = EngineCode | 'unreachable';

/** What failed and what to do next. */
export class Problem extends Error {
  constructor(
    readonly code: Code,
    message: string,
    readonly hint = '',
  ) {
    super(message);
    this.name = 'Problem';
  }

  /** Whether the engine itself is away, so that trying again later is all there is to do. */
  get isGone(): boolean {
    return this.code === 'unreachable' || this.code === 'not_running';
  }

  /** Reads the body of a failed answer; a body of another shape still gives a usable problem. */
  static from(body: unknown, status: number): Problem {
    const shape = (body ?? {}) as { code?: Code; message?: string; hint?: string; error?: unknown };
    if (shape.error && typeof shape.error === 'object') return Problem.from(shape.error, status);
    if (typeof shape.message === 'string' && typeof shape.code === 'string') {
      return new Problem(shape.code, shape.message, shape.hint ?? '');
    }
    if (status === 502 || status === 503) return new Problem('not_running', 'No engine answers');
    return new Problem('internal', `The engine answered with status ${status} and no explanation`);
  }

  /** Turns whatever was thrown into a problem. */
  static of(thrown: unknown): Problem {
    if (thrown instanceof Problem) return thrown;
    if (thrown && typeof thrown === 'object' && 'code' in thrown) return Problem.from(thrown, 500);
    return new Problem('unreachable', "Caretaker's engine does not answer");
  }
}
