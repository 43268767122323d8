/** Offers bytes as a download. */
export function saveFile(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob);
  const link = Object.assign(document.createElement('a'), { href: url, download: name.replace(/[^\p{L}\p{N}. _-]/gu, '_') });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
