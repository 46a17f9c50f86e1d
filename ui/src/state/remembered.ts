// A choice about the window that is remembered on this machine only; without a store it is forgotten with the window.

export function remembered(key: string) {
  const name = `caretaker.${key}`;
  const guarded = <T>(action: () => T): T | null => {
    try {
      return action();
    } catch {
      return null;
    }
  };
  return {
    get: (): string | null => guarded(() => localStorage.getItem(name)),
    set: (value: string): void => void guarded(() => localStorage.setItem(name, value)),
  };
}
