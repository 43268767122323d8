/**
 * A card with a picture as a PNG, as it stands on the page: its canvases, drawings, words, lines and fills are painted one after another. Libraries that
 * do this put the page's markup into an image with styles inline, which the page's policy refuses (docs/security.md).
 */
import { imageOf, pngOf, pngScale, svgText } from './svg-file';

/** Not part of a picture: what is pressed and what is heard. */
const controls = 'button, select, input, audio, label, .ask-knobs, .unseen';

/** @throws Error where the browser cannot paint it */
export async function pictureFile(element: HTMLElement, title: string): Promise<Blob> {
  const box = element.getBoundingClientRect();
  const canvas = Object.assign(document.createElement('canvas'), { width: Math.ceil(pngScale * box.width), height: Math.ceil(pngScale * box.height) });
  const context = canvas.getContext('2d')!;
  context.scale(pngScale, pngScale);
  context.fillStyle = getComputedStyle(element).backgroundColor;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.translate(-box.left, -box.top);
  await paint(context, element, title);
  return pngOf(canvas);
}

async function paint(context: CanvasRenderingContext2D, element: Element, title: string): Promise<void> {
  const style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  if (style.display === 'none' || style.visibility === 'hidden' || element.matches(controls)) return;
  if (element instanceof SVGSVGElement) {
    if (box.width > 0 && box.height > 0) context.drawImage(await imageOf(svgText(element, { title })), box.left, box.top, box.width, box.height);
    return;
  }
  if (element instanceof HTMLCanvasElement || element instanceof HTMLImageElement) {
    context.imageSmoothingEnabled = style.imageRendering !== 'pixelated';
    if (box.width > 0 && element.width > 0) context.drawImage(element, box.left, box.top, box.width, box.height);
    return;
  }
  fillBox(context, style, box);
  for (const child of element.childNodes) {
    if (child instanceof Element) await paint(context, child, title); // in the page's order: what comes later lies above
    else if (child instanceof Text) paintText(context, child, style);
  }
}
/** The background of a box, a plain one or a ramp to the right, and the lines around it. */
function fillBox(context: CanvasRenderingContext2D, style: CSSStyleDeclaration, { left, top, width, height }: DOMRect): void {
  const stops = style.backgroundImage.startsWith('linear-gradient') ? style.backgroundImage.match(/rgba?\([^)]*\)/g) : undefined;
  if (stops && stops.length > 1) {
    const ramp = context.createLinearGradient(left, 0, left + width, 0);
    stops.forEach((colour, i) => ramp.addColorStop(i / (stops.length - 1), colour));
    context.fillStyle = ramp;
    context.fillRect(left, top, width, height);
  } else if (!/^(transparent|rgba\(.*, 0\))$/.test(style.backgroundColor)) {
    context.fillStyle = style.backgroundColor;
    context.fillRect(left, top, width, height);
  }
  const sides = [['borderTop', left, top, width, 0], ['borderBottom', left, top + height, width, 0], ['borderLeft', left, top, 0, height], ['borderRight', left + width, top, 0, height]] as const;
  for (const [side, x, y, dx, dy] of sides) {
    const thick = parseFloat(style[`${side}Width`]);
    if (!(thick > 0) || style[`${side}Style`] === 'none') continue;
    context.fillStyle = style[`${side}Color`];
    const [atX, atY] = [side === 'borderRight' ? x - thick : x, side === 'borderBottom' ? y - thick : y];
    context.fillRect(atX, atY, dx || thick, dy || thick);
  }
}
/** Line by line, where the browser has broken it; a label that stands upright is turned. */
function paintText(context: CanvasRenderingContext2D, text: Text, style: CSSStyleDeclaration): void {
  context.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  context.fillStyle = style.color;
  context.textBaseline = 'middle';
  context.textAlign = 'left';
  const range = document.createRange();
  const upright = style.writingMode.startsWith('vertical');
  let line: { words: string; left: number; top: number; right: number; bottom: number } | undefined;
  const end = (): void => {
    if (!line) return;
    const words = style.textTransform === 'uppercase' ? line.words.toUpperCase() : line.words;
    context.save();
    if (upright) {
      context.translate((line.left + line.right) / 2, line.bottom);
      context.rotate(-Math.PI / 2);
      context.fillText(words, 0, 0, line.bottom - line.top + 1);
    } else context.fillText(words, line.left, (line.top + line.bottom) / 2, line.right - line.left + 1);
    context.restore();
    line = undefined;
  };
  for (let i = 0; i < text.data.length; i++) {
    range.setStart(text, i);
    range.setEnd(text, i + 1);
    const box = range.getClientRects()[0];
    if (!box || (box.width === 0 && box.height === 0)) continue;
    const same = line && (upright ? Math.abs(box.left - line.left) < 2 : Math.abs(box.top - line.top) < 2);
    if (!same) end();
    line = line ? { words: line.words + text.data[i]!, left: Math.min(line.left, box.left), top: Math.min(line.top, box.top), right: Math.max(line.right, box.right), bottom: Math.max(line.bottom, box.bottom) } : { words: text.data[i]!, left: box.left, top: box.top, right: box.right, bottom: box.bottom };
  }
  end();
}
