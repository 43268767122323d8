/** A drawn SVG as a file that looks the same anywhere: the style sheet's colours and fonts are written into it. */
const written = ['fill', 'fill-opacity', 'stroke', 'stroke-width', 'stroke-dasharray', 'stroke-opacity', 'opacity', 'font-family', 'font-size', 'font-weight', 'text-anchor'] as const;

/** @throws Error where the browser cannot paint it */
export async function svgFile(drawn: SVGSVGElement, kind: 'svg' | 'png', title: string): Promise<Blob> {
  const { width, height } = drawn.getBoundingClientRect();
  const copy = drawn.cloneNode(true) as SVGSVGElement; // of an SVG element
  const [from, to] = [[drawn, ...drawn.querySelectorAll('*')], [copy, ...copy.querySelectorAll('*')]];
  from.forEach((element, i) => {
    const style = getComputedStyle(element);
    for (const name of written) to[i]!.setAttribute(name, style.getPropertyValue(name));
  });
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  for (const [name, value] of [['width', width], ['height', height], ['viewBox', `0 0 ${width} ${height}`]] as const) copy.setAttribute(name, String(value));
  const paper = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
  for (const [name, value] of [['width', '100%'], ['height', '100%'], ['fill', getComputedStyle(drawn.closest('.chart') ?? document.body).backgroundColor]] as const) paper.setAttribute(name, value);
  const label = document.createElementNS('http://www.w3.org/2000/svg', 'title');
  label.textContent = title;
  copy.prepend(label, paper);
  const svg = new Blob([new XMLSerializer().serializeToString(copy)], { type: 'image/svg+xml' });
  return kind === 'svg' ? svg : painted(svg, width, height);
}
/** Twice as large, for print and for sharp screens. */
const scale = 2;
async function painted(svg: Blob, width: number, height: number): Promise<Blob> {
  const url = URL.createObjectURL(svg);
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = Object.assign(document.createElement('canvas'), { width: Math.ceil(scale * width), height: Math.ceil(scale * height) });
    canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('The chart could not be painted. Save it as SVG.'))), 'image/png'));
  } finally {
    URL.revokeObjectURL(url);
  }
}
