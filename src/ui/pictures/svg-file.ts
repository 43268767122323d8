/** A drawn SVG as a file that looks the same anywhere: the style sheet's colours and fonts are written into it. */
import { texts } from './texts';

const written = ['fill', 'fill-opacity', 'stroke', 'stroke-width', 'stroke-dasharray', 'stroke-opacity', 'stroke-linejoin', 'paint-order', 'opacity', 'font-family', 'font-size', 'font-weight', 'text-anchor'] as const;

/** @throws Error where the browser cannot paint it */
export async function svgFile(drawn: SVGSVGElement, kind: 'svg' | 'png', title: string): Promise<Blob> {
  const { width, height } = drawn.getBoundingClientRect();
  const svg = svgText(drawn, { title, paper: getComputedStyle(drawn.closest('.chart') ?? document.body).backgroundColor });
  if (kind === 'svg') return svg;
  const image = await imageOf(svg);
  const canvas = Object.assign(document.createElement('canvas'), { width: Math.ceil(pngScale * width), height: Math.ceil(pngScale * height) });
  canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
  return pngOf(canvas);
}
/** `paper`: the colour behind it; without, it is clear. */
export function svgText(drawn: SVGSVGElement, { title, paper }: { readonly title: string; readonly paper?: string }): Blob {
  const { width, height } = drawn.getBoundingClientRect();
  const copy = drawn.cloneNode(true) as SVGSVGElement; // of an SVG element
  const [from, to] = [[drawn, ...drawn.querySelectorAll('*')], [copy, ...copy.querySelectorAll('*')]];
  from.forEach((element, i) => {
    const style = getComputedStyle(element);
    for (const name of written) to[i]!.setAttribute(name, style.getPropertyValue(name));
  });
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  for (const [name, value] of [['width', width], ['height', height], ['viewBox', `0 0 ${width} ${height}`]] as const) copy.setAttribute(name, String(value));
  if (paper !== undefined) {
    const sheet = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
    for (const [name, value] of [['width', '100%'], ['height', '100%'], ['fill', paper]] as const) sheet.setAttribute(name, value);
    copy.prepend(sheet);
  }
  const label = document.createElementNS('http://www.w3.org/2000/svg', 'title');
  label.textContent = title;
  copy.prepend(label);
  return new Blob([new XMLSerializer().serializeToString(copy)], { type: 'image/svg+xml' });
}
export async function imageOf(svg: Blob): Promise<HTMLImageElement> {
  const url = URL.createObjectURL(svg);
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    return image;
  } finally {
    URL.revokeObjectURL(url);
  }
}
/** Twice as large, for print and for sharp screens. */
export const pngScale = 2;
export const pngOf = (canvas: HTMLCanvasElement): Promise<Blob> =>
  new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error(texts.unpainted))), 'image/png'));
