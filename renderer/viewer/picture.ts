// A slice as cornerstone takes it, and the canvas on which cornerstone colours it.
import type { Image, Layer } from 'cornerstone-core'
import { planeSize, type Plane } from './planes.ts'
import type { StoredArray, Volume } from './volume.ts'

let made = 0

/** @param cachedLut of an earlier slice of the volume: its table of grey values need not be made again */
export function pictureOf(volume: Volume, plane: Plane, pixels: StoredArray, cachedLut?: object): Image {
  const { range, slope, intercept, window, geometry } = volume.header
  const { rows, columns, rowMm, columnMm } = planeSize(geometry, plane)
  return {
    imageId: `slice:${(made += 1)}`,
    minPixelValue: Math.floor(range.min),
    maxPixelValue: Math.ceil(range.max),
    slope,
    intercept,
    windowCenter: window.centre,
    windowWidth: window.width,
    rows,
    columns,
    height: rows,
    width: columns,
    color: false,
    invert: false,
    rowPixelSpacing: rowMm,
    columnPixelSpacing: columnMm,
    sizeInBytes: pixels.byteLength,
    getPixelData: () => pixels,
    ...(cachedLut ? { cachedLut } : {}),
  }
}

/**
 * Gives a layer the canvas that cornerstone would make itself, white and of the picture's size. cornerstone fills its
 * own and reads it back, which waits for everything that is still to be drawn.
 */
export function giveCanvas(layer: Layer, { width, height }: Image): void {
  const known = layer.renderingTools.renderCanvas
  if (known?.width === width && known.height === height) return
  const renderCanvas = document.createElement('canvas')
  renderCanvas.width = width
  renderCanvas.height = height
  const renderCanvasContext = renderCanvas.getContext('2d')
  if (!renderCanvasContext) throw new Error('this browser draws no canvas')
  const renderCanvasData = new ImageData(width, height)
  renderCanvasData.data.fill(255)
  layer.renderingTools = { renderCanvas, renderCanvasContext, renderCanvasData }
}
