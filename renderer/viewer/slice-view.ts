// One plane on the screen: cornerstone draws the image and the filled labels, an overlay draws everything thin.
// Given the whole state each time, it does only what has changed since the last one.
import cornerstone, { type Image } from 'cornerstone-core'
import { LabelLayers } from './label-layers.ts'
import { drawOverlay, readLook, type OverlayLook } from './overlay.ts'
import { giveCanvas, pictureOf } from './picture.ts'
import { placeSlice, toCornerstone, toPixel, type Placement } from './placement.ts'
import {
  edgeLetters,
  pixelToVoxel,
  planeAxes,
  planeSize,
  sliceOf,
  voxelToPixel,
  type PixelPoint,
  type Plane,
} from './planes.ts'
import type { SliceState } from './slice-state.ts'
import { shapeOf, type Volume, type Voxel } from './volume.ts'

export class SliceView {
  private readonly host: HTMLDivElement
  private readonly overlay: HTMLCanvasElement
  private readonly context: CanvasRenderingContext2D
  private readonly labels: LabelLayers
  private readonly observer: ResizeObserver
  private state: SliceState | null = null
  private imageLayer: string | null = null
  private drawn: { image: Volume; slice: number; plane: Plane } | null = null
  private lut: { volume: Volume; table: object } | null = null
  private preparedMs = 0
  private look: OverlayLook | null = null

  private readonly element: HTMLElement

  /** @param element is filled by the view and gives it its size */
  constructor(element: HTMLElement) {
    this.element = element
    this.host = document.createElement('div')
    this.overlay = document.createElement('canvas')
    for (const part of [this.host, this.overlay]) {
      part.style.position = 'absolute'
      part.style.left = '0'
      part.style.top = '0'
      part.style.transformOrigin = '0 0'
      element.append(part)
    }
    const context = this.overlay.getContext('2d')
    if (!context) throw new Error('this browser draws no canvas')
    this.context = context
    this.fitToElement()
    cornerstone.enable(this.host)
    cornerstone.getEnabledElement(this.host).syncViewports = false
    this.labels = new LabelLayers(this.host)
    this.host.addEventListener('cornerstoneimagerendered', this.onDrawn)
    this.observer = new ResizeObserver(() => this.resize())
    this.observer.observe(element)
  }

  destroy(): void {
    this.observer.disconnect()
    this.host.removeEventListener('cornerstoneimagerendered', this.onDrawn)
    cornerstone.disable(this.host)
    this.element.replaceChildren()
  }

  render(state: SliceState): void {
    const started = performance.now()
    const before = this.state
    this.state = state
    const slice = state.cross[planeAxes[state.plane].across]
    const imageChanged = this.drawImage(state, slice)
    if (before && before.image.header !== state.image.header) this.labels.clear()
    const labelsChanged = this.imageLayer !== null && this.labels.show(state.layers, state.plane, slice)
    const placed = before?.view !== state.view || before.window !== state.window
    if (imageChanged || labelsChanged || placed) this.place()
    this.drawOverlay()
    this.preparedMs = performance.now() - started
  }

  /** The voxel under a place of the element, in CSS pixels; may lie outside of the volume. */
  voxelAt(place: PixelPoint): Voxel | null {
    const placement = this.placement()
    if (!placement || !this.state) return null
    const { plane, cross, image } = this.state
    const ratio = devicePixelRatio
    const pixel = toPixel(placement, { x: place.x * ratio, y: place.y * ratio })
    return pixelToVoxel(shapeOf(image), plane, cross[planeAxes[plane].across], pixel)
  }

  /** In device pixels; null before the first state. */
  placement(): Placement | null {
    if (!this.state) return null
    const { image, plane, view } = this.state
    return placeSlice(planeSize(image.header.geometry, plane), this.overlay, view)
  }

  /** What is on the screen, overlay included. */
  snapshot(): HTMLCanvasElement {
    const copy = document.createElement('canvas')
    copy.width = this.overlay.width
    copy.height = this.overlay.height
    const context = copy.getContext('2d')
    context?.drawImage(cornerstone.getEnabledElement(this.host).canvas, 0, 0)
    context?.drawImage(this.overlay, 0, 0)
    return copy
  }

  /** Tells whoever measures: milliseconds that a change took to prepare and to draw. */
  private readonly onDrawn = (event: Event): void => {
    const drawnMs = event instanceof CustomEvent ? (event.detail as { renderTimeInMs: number }).renderTimeInMs : 0
    const detail = this.preparedMs + drawnMs
    this.element.dispatchEvent(new CustomEvent('slice-drawn', { detail, bubbles: true }))
  }

  private resize(): void {
    this.fitToElement()
    cornerstone.resize(this.host, false)
    if (!this.state) return
    this.place()
    this.drawOverlay()
  }

  /** cornerstone knows no device pixels: its element is as large as they are, and shown smaller. */
  private fitToElement(): void {
    const ratio = devicePixelRatio
    const [width, height] = [this.element.clientWidth, this.element.clientHeight].map((size) =>
      Math.max(1, Math.round(size * ratio)),
    )
    this.host.style.width = `${width}px`
    this.host.style.height = `${height}px`
    if (this.overlay.width !== width) this.overlay.width = width
    if (this.overlay.height !== height) this.overlay.height = height!
    for (const part of [this.host, this.overlay]) part.style.transform = `scale(${1 / ratio})`
  }

  /** @returns whether another picture has to be shown */
  private drawImage({ image, plane }: SliceState, slice: number): boolean {
    const last = this.drawn
    if (last?.image === image && last.slice === slice && last.plane === plane) return false
    const pixels = sliceOf(image, plane, slice)
    // A slice that has not arrived yet: the one before stays until it has.
    if (!pixels) return false
    if (this.lut?.volume.header !== image.header) this.lut = null
    const picture = pictureOf(image, plane, pixels, this.lut?.table)
    if (this.imageLayer === null) this.imageLayer = cornerstone.addLayer(this.host, picture, {})
    else cornerstone.setLayerImage(this.host, picture, this.imageLayer)
    giveCanvas(cornerstone.getLayer(this.host, this.imageLayer), picture)
    this.drawn = { image, slice, plane }
    this.keepLut(picture, image)
    return true
  }

  /** cornerstone makes the table of grey values at the first drawing; later slices of the volume take it over. */
  private keepLut(picture: Image, volume: Volume): void {
    if (this.lut) return
    const keep = (): void => {
      if (picture.cachedLut) this.lut = { volume, table: picture.cachedLut }
    }
    this.host.addEventListener('cornerstoneimagerendered', keep, { once: true })
  }

  private place(): void {
    const placement = this.placement()
    if (!placement || !this.state || this.imageLayer === null) return
    const { image, plane, view, window } = this.state
    const { scale, translation } = toCornerstone(planeSize(image.header.geometry, plane), placement, view)
    for (const id of [this.imageLayer, ...this.labels.ids]) {
      const { viewport } = cornerstone.getLayer(this.host, id)
      viewport.scale = scale
      viewport.translation = translation
    }
    const { viewport } = cornerstone.getLayer(this.host, this.imageLayer)
    viewport.voi = { windowCenter: window.centre, windowWidth: window.width }
    // Large pixels are shown as what they are once they are much larger than those of the screen.
    viewport.pixelReplication = Math.min(placement.scaleX, placement.scaleY) > 12 * devicePixelRatio
    cornerstone.updateImage(this.host)
  }

  private drawOverlay(): void {
    const placement = this.placement()
    if (!placement || !this.state) return
    const { image, plane, cross, showCross, title } = this.state
    drawOverlay(this.context, {
      placement,
      letters: edgeLetters(image.header.geometry, plane),
      title,
      cross: showCross ? voxelToPixel(shapeOf(image), plane, cross) : null,
      outlines: this.labels.outlines(),
      ratio: devicePixelRatio,
      look: (this.look ??= readLook(this.element)),
    })
  }
}
