/**
 * Trusted Types (W3C): where the browser enforces them, text becomes code or markup at no other place than through the two policies here. Elsewhere they are
 * the plain functions that they wrap.
 */
interface TrustedTypes {
  createPolicy(name: string, rules: Readonly<Record<string, (text: string) => string>>): Readonly<Record<string, (text: string) => string>>;
}
const factory = (): TrustedTypes | undefined => (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes;

/** Scripts, of workers too, come from the page's own origin. Called once in every thread, before anything else. */
export function allowOwnScriptsAlone(): void {
  factory()?.createPolicy('default', {
    createScriptURL: (text) => {
      const url = new URL(text, globalThis.location.href);
      if (url.origin !== globalThis.location.origin) throw new TypeError(`A script of ${globalThis.location.origin} was expected, but one of ${url.origin} came. It was not run.`);
      return url.href;
    },
  });
}

let markup: Readonly<Record<string, (text: string) => string>> | undefined;
/** Markup that the build has made. Text that came from anywhere else must never pass here. */
export function markupOfTheBuild(html: string): string {
  markup ??= factory()?.createPolicy('build', { createHTML: (text) => text }) ?? { createHTML: (text) => text };
  return markup.createHTML!(html);
}
