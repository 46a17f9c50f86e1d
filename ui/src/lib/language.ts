// A session without a language (`LANG=C`) makes WebKitGTK say `C`, which is no language tag: whatever formats numbers
// by `navigator.language`, as the charts do when they are loaded, would fail. This must be imported before them.
export function languageOr(fallback: string, language: string): string {
  try {
    Intl.getCanonicalLocales(language);
    return language;
  } catch {
    return fallback;
  }
}

// Where there is no browser, in tests of this file, there is nothing to mend.
if (typeof navigator !== 'undefined' && navigator.language) {
  const language = languageOr('en', navigator.language);
  if (language !== navigator.language) Object.defineProperty(navigator, 'language', { value: language });
}
