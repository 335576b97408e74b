// The label layers of one plane: filled by cornerstone, each over the image, and their borders for the overlay. Layers
// that are switched off stay as they are drawn, so that switching them on again only puts them back.
import cornerstone from 'cornerstone-core'
import { createColormap, type SegmentStyles } from './organ-style.ts'
import { tracePaths } from './outline.ts'
import type { Outline } from './overlay.ts'
import { giveCanvas, pictureOf } from './picture.ts'
import { planeSize, sliceOf, type Plane } from './planes.ts'
import type { ShownLayer } from './slice-state.ts'
import type { StoredArray } from './volume.ts'

/** A layer as it was drawn last. */
interface DrawnLayer {
  readonly cornerstoneId: string
  readonly shown: ShownLayer
  readonly plane: Plane
  readonly slice: number
  readonly pixels: StoredArray
  /** By value; null until somebody looks at the borders. */
  paths: Map<number, Path2D> | null
}

/** Each holds a slice twice, and its volume. */
const MOST_HIDDEN = 4

export class LabelLayers {
  private readonly host: HTMLElement
  private readonly drawn = new Map<string, DrawnLayer>()
  private visible: readonly string[] = []

  /** @param host enabled for cornerstone, with the image as its first layer */
  constructor(host: HTMLElement) {
    this.host = host
  }

  /** Cornerstone's names of the layers on the screen. */
  get ids(): string[] {
    return this.shown().map(({ cornerstoneId }) => cornerstoneId)
  }

  /** @returns whether another picture has to be shown */
  show(layers: readonly ShownLayer[], plane: Plane, slice: number): boolean {
    const before = this.visible
    let changed = false
    for (const layer of layers) changed = this.draw(layer, plane, slice) || changed
    this.visible = layers.flatMap(({ id }) => (this.drawn.has(id) ? [id] : []))
    const same = before.length === this.visible.length && before.every((id, at) => id === this.visible[at])
    if (!same) this.arrange()
    return changed || !same
  }

  /** Of another case: nothing of the one before is kept. */
  clear(): void {
    for (const id of [...this.drawn.keys()]) this.remove(id)
    this.visible = []
  }

  outlines(): Outline[] {
    return this.shown().flatMap((layer) => (layer.shown.style.mode === 'fill' ? [] : outlinesOf(layer)))
  }

  private shown(): DrawnLayer[] {
    return this.visible.flatMap((id) => this.drawn.get(id) ?? [])
  }

  private draw(layer: ShownLayer, plane: Plane, slice: number): boolean {
    const known = this.drawn.get(layer.id)
    const sameSlice = known?.slice === slice && known.shown.volume === layer.volume && known.plane === plane
    const sameStyle = known?.shown.style === layer.style && known.shown.segments === layer.segments
    if (known && sameSlice && sameStyle) return false
    const pixels = sameSlice ? known.pixels : sliceOf(layer.volume, plane, slice)
    // A slice that has not arrived yet: the one before stays until it has.
    if (!pixels) return false
    const cornerstoneId = known?.cornerstoneId ?? this.add(layer, plane, pixels)
    const { viewport } = cornerstone.getLayer(this.host, cornerstoneId)
    if (known && !sameSlice) this.replace(cornerstoneId, layer, plane, pixels)
    if (known && !sameStyle) viewport.colormap = colormapOf(layer)
    const paths = sameSlice ? known.paths : null
    this.drawn.set(layer.id, { cornerstoneId, shown: layer, plane, slice, pixels, paths })
    return true
  }

  private add(layer: ShownLayer, plane: Plane, pixels: StoredArray): string {
    const picture = pictureOf(layer.volume, plane, pixels)
    const viewport = { labelmap: true, pixelReplication: true, colormap: colormapOf(layer) }
    const id = cornerstone.addLayer(this.host, picture, { viewport })
    giveCanvas(cornerstone.getLayer(this.host, id), picture)
    return id
  }

  private replace(id: string, { volume }: ShownLayer, plane: Plane, pixels: StoredArray): void {
    const picture = pictureOf(volume, plane, pixels)
    cornerstone.setLayerImage(this.host, picture, id)
    giveCanvas(cornerstone.getLayer(this.host, id), picture)
  }

  /** What is visible, in its order, and of the rest a few. */
  private arrange(): void {
    const hidden = [...this.drawn.keys()].filter((id) => !this.visible.includes(id))
    for (const id of hidden.slice(0, -MOST_HIDDEN)) this.remove(id)
    const { layers } = cornerstone.getEnabledElement(this.host)
    const order = this.ids
    for (const { cornerstoneId } of this.drawn.values()) {
      cornerstone.getLayer(this.host, cornerstoneId).options.visible = order.includes(cornerstoneId)
    }
    // The image, which is not among them, comes first, then what is hidden.
    layers.sort((a, b) => order.indexOf(a.layerId) - order.indexOf(b.layerId))
  }

  private remove(id: string): void {
    const known = this.drawn.get(id)
    if (known) cornerstone.removeLayer(this.host, known.cornerstoneId)
    this.drawn.delete(id)
  }
}

function outlinesOf(layer: DrawnLayer): Outline[] {
  const { shown, plane, pixels } = layer
  const { rows, columns } = planeSize(shown.volume.header.geometry, plane)
  const paths = (layer.paths ??= tracePaths(pixels, rows, columns, () => new Path2D()))
  return [...paths].flatMap(([value, path]) => outlineOf(value, path, shown.segments, shown.style.opacity))
}

function outlineOf(value: number, path: Path2D, segments: SegmentStyles, layerOpacity: number): Outline[] {
  const { visible, color, opacity } = segments.get(value) ?? { visible: true, color: '#ffffff', opacity: 1 }
  return visible ? [{ path, color, opacity: Math.min(1, opacity * Math.max(layerOpacity, 0.6)) }] : []
}

const colormapOf = ({ segments, style, volume }: ShownLayer) => createColormap(segments, style, volume.header.range.max)
