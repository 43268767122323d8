/** Made by tools/math-plugin.ts: the TeX of every card as MathML. */
declare module 'virtual:equations' {
  const equations: Readonly<Record<string, string>>;
  export default equations;
}
