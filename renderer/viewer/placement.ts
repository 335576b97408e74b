// Where a slice lies on its canvas: millimetres keep their proportions, zoom 1 fits the slice into the pane.
import type { PixelPoint, PlaneSize } from './planes.ts'

/** Zoom, and how far the slice is moved, in millimetres so that panes of any size agree. */
export interface PlaneView {
  readonly zoom: number
  readonly panMm: { readonly x: number; readonly y: number }
}

export const WHOLE: PlaneView = { zoom: 1, panMm: { x: 0, y: 0 } }

export const ZOOM_RANGE = { min: 0.2, max: 40 } as const

/** canvas = offset + pixel * scale, for each axis. */
export interface Placement {
  readonly scaleX: number
  readonly scaleY: number
  readonly offsetX: number
  readonly offsetY: number
  /** Canvas pixels a millimetre. */
  readonly perMm: number
}

export interface CanvasSize {
  readonly width: number
  readonly height: number
}

export function placeSlice(size: PlaneSize, canvas: CanvasSize, { zoom, panMm }: PlaneView): Placement {
  const widthMm = size.columns * size.columnMm
  const heightMm = size.rows * size.rowMm
  const perMm = Math.min(canvas.width / widthMm, canvas.height / heightMm) * zoom
  return {
    scaleX: perMm * size.columnMm,
    scaleY: perMm * size.rowMm,
    offsetX: canvas.width / 2 + (panMm.x - widthMm / 2) * perMm,
    offsetY: canvas.height / 2 + (panMm.y - heightMm / 2) * perMm,
    perMm,
  }
}

export const toCanvas = (placement: Placement, { x, y }: PixelPoint): PixelPoint => ({
  x: placement.offsetX + x * placement.scaleX,
  y: placement.offsetY + y * placement.scaleY,
})

export const toPixel = (placement: Placement, { x, y }: PixelPoint): PixelPoint => ({
  x: (x - placement.offsetX) / placement.scaleX,
  y: (y - placement.offsetY) / placement.scaleY,
})

/** Zooms about a place that stays where it is. @param at on the canvas */
export function zoomAbout(
  view: PlaneView,
  factor: number,
  at: PixelPoint,
  canvas: CanvasSize,
  placement: Placement,
): PlaneView {
  const zoom = Math.min(ZOOM_RANGE.max, Math.max(ZOOM_RANGE.min, view.zoom * factor))
  const perMm = (placement.perMm * zoom) / view.zoom
  const shift = (place: number, middle: number, pan: number): number =>
    (place - middle) / perMm - ((place - middle) / placement.perMm - pan)
  return {
    zoom,
    panMm: { x: shift(at.x, canvas.width / 2, view.panMm.x), y: shift(at.y, canvas.height / 2, view.panMm.y) },
  }
}

/** cornerstone's way to say the same: scale of the finer axis, translation in pixels of the image. */
export function toCornerstone(
  size: PlaneSize,
  { perMm }: Placement,
  { panMm }: PlaneView,
): { scale: number; translation: { x: number; y: number } } {
  return {
    scale: perMm * Math.min(size.columnMm, size.rowMm),
    translation: { x: panMm.x / size.columnMm, y: panMm.y / size.rowMm },
  }
}

/** A round length that takes about a quarter of the width. */
export function scaleBarMm({ perMm }: Placement, canvasWidth: number): number {
  const wanted = canvasWidth / 4 / perMm
  const power = 10 ** Math.floor(Math.log10(wanted))
  return [5, 2, 1].map((step) => step * power).find((length) => length <= wanted) ?? power
}
