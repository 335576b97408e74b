// What is drawn over a slice: label borders, crosshair, orientation letters, scale bar and where the slice is.
import type { EdgeLetters, PixelPoint } from './planes.ts'
import { scaleBarMm, toCanvas, type CanvasSize, type Placement } from './placement.ts'

export interface Outline {
  readonly path: Path2D
  readonly color: string
  readonly opacity: number
}

export interface OverlayContent {
  readonly placement: Placement
  readonly letters: EdgeLetters
  readonly title: string
  /** Position of the crosshair in pixels of the slice; null hides it. */
  readonly cross: PixelPoint | null
  readonly outlines: readonly Outline[]
  /** Device pixels a CSS pixel. */
  readonly ratio: number
  readonly look: OverlayLook
}

/** From the design tokens. */
export interface OverlayLook {
  readonly font: string
  readonly ink: string
  readonly cross: string
}

export function readLook(element: HTMLElement): OverlayLook {
  const style = getComputedStyle(element)
  const token = (name: string): string => style.getPropertyValue(name).trim()
  return { font: style.fontFamily, ink: token('--image-ink'), cross: token('--image-cross') }
}

/** Behind letters, so that they can be read over bone. */
const SHADE = 'rgb(0 0 0 / 75%)'
/** The crosshair leaves its middle free, in CSS pixels. */
const GAP = 9

export function drawOverlay(context: CanvasRenderingContext2D, content: OverlayContent): void {
  const canvas = { width: context.canvas.width, height: context.canvas.height }
  context.setTransform(1, 0, 0, 1, 0, 0)
  context.clearRect(0, 0, canvas.width, canvas.height)
  drawOutlines(context, content)
  drawCrosshair(context, canvas, content)
  context.lineJoin = 'round'
  drawLetters(context, canvas, content)
  drawScaleBar(context, canvas, content)
}

function drawOutlines(context: CanvasRenderingContext2D, { outlines, placement, ratio }: OverlayContent): void {
  const { scaleX, scaleY, offsetX, offsetY } = placement
  const matrix = new DOMMatrix([scaleX, 0, 0, scaleY, offsetX, offsetY])
  context.lineWidth = 1.5 * ratio
  context.lineCap = 'square'
  for (const { path, color, opacity } of outlines) {
    const placed = new Path2D()
    placed.addPath(path, matrix)
    context.globalAlpha = opacity
    context.strokeStyle = color
    context.stroke(placed)
  }
  context.globalAlpha = 1
}

function drawCrosshair(
  context: CanvasRenderingContext2D,
  { width, height }: CanvasSize,
  { cross, placement, ratio, look }: OverlayContent,
): void {
  if (!cross) return
  const at = toCanvas(placement, cross)
  const [x, y] = [Math.round(at.x) + 0.5, Math.round(at.y) + 0.5]
  const gap = GAP * ratio
  context.beginPath()
  for (const [fromX, fromY, toX, toY] of [
    [0, y, x - gap, y],
    [x + gap, y, width, y],
    [x, 0, x, y - gap],
    [x, y + gap, x, height],
  ] as const) {
    context.moveTo(fromX, fromY)
    context.lineTo(toX, toY)
  }
  context.lineWidth = Math.max(1, Math.round(ratio))
  context.strokeStyle = look.cross
  context.stroke()
}

function drawLetters(
  context: CanvasRenderingContext2D,
  { width, height }: CanvasSize,
  { letters, title, ratio, look }: OverlayContent,
): void {
  const inset = 8 * ratio
  context.font = `600 ${13 * ratio}px ${look.font}`
  const write = (text: string, x: number, y: number, align: CanvasTextAlign, baseline: CanvasTextBaseline): void => {
    context.textAlign = align
    context.textBaseline = baseline
    context.lineWidth = 3 * ratio
    context.strokeStyle = SHADE
    context.strokeText(text, x, y)
    context.fillStyle = look.ink
    context.fillText(text, x, y)
  }
  write(letters.left, inset, height / 2, 'left', 'middle')
  write(letters.right, width - inset, height / 2, 'right', 'middle')
  write(letters.top, width / 2, inset, 'center', 'top')
  write(letters.bottom, width / 2, height - inset, 'center', 'bottom')
  context.font = `${12 * ratio}px ${look.font}`
  write(title, inset, inset, 'left', 'top')
}

function drawScaleBar(
  context: CanvasRenderingContext2D,
  { width, height }: CanvasSize,
  { placement, ratio, look }: OverlayContent,
): void {
  const lengthMm = scaleBarMm(placement, width)
  const length = lengthMm * placement.perMm
  const [x, y, tick] = [10 * ratio, height - 12 * ratio, 4 * ratio]
  context.beginPath()
  context.moveTo(x, y - tick)
  context.lineTo(x, y)
  context.lineTo(x + length, y)
  context.lineTo(x + length, y - tick)
  for (const [ink, line] of [
    [SHADE, 4],
    [look.ink, 1.5],
  ] as const) {
    context.strokeStyle = ink
    context.lineWidth = line * ratio
    context.stroke()
  }
  const text = lengthMm >= 10 ? `${lengthMm / 10} cm` : `${lengthMm} mm`
  context.font = `${11 * ratio}px ${look.font}`
  context.textAlign = 'left'
  context.textBaseline = 'bottom'
  context.lineWidth = 3 * ratio
  context.strokeStyle = SHADE
  context.strokeText(text, x + 6 * ratio, y - tick)
  context.fillStyle = look.ink
  context.fillText(text, x + 6 * ratio, y - tick)
}
