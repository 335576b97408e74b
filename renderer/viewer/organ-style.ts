// How segments are drawn: colour, visibility, opacity. An organ looks the same in every layer.
import type { Layer, Segment } from '../../contract/api/volumes.ts'
import type { Colormap } from 'cornerstone-core'

export type DrawMode = 'fill' | 'outline' | 'both'

export interface LayerStyle {
  readonly opacity: number
  readonly mode: DrawMode
}

export interface SegmentStyle {
  readonly visible: boolean
  readonly color: string
  readonly opacity: number
}

/** What a segment's style is kept under: its organs, so that truth and predictions of an organ look alike. */
export const styleKey = (layer: Pick<Layer, 'kind'>, segment: Segment): string =>
  segment.organs.length > 0 ? segment.organs.join('+') : `${layer.kind} ${segment.value}`

/** By value of the label volume; 0 is nothing. */
export type SegmentStyles = ReadonlyMap<number, SegmentStyle>

export type Rgba = readonly [number, number, number, number]

export const parseColor = (color: string): [number, number, number] => [
  Number.parseInt(color.slice(1, 3), 16),
  Number.parseInt(color.slice(3, 5), 16),
  Number.parseInt(color.slice(5, 7), 16),
]

const NOTHING: Rgba = [0, 0, 0, 0]
/** A value without a segment: the file holds what no label says. */
const UNKNOWN: Rgba = [255, 255, 255, 140]

let made = 0

/** Fill colours by value, as cornerstone reads them; it notices a change by the map being another one. */
export function createColormap(styles: SegmentStyles, { opacity, mode }: LayerStyle, highest: number): Colormap {
  const table = Array.from({ length: highest + 1 }, (_, value): Rgba => {
    if (value === 0 || mode === 'outline') return NOTHING
    const style = styles.get(value)
    if (!style) return UNKNOWN
    return style.visible ? [...parseColor(style.color), Math.round(255 * opacity * style.opacity)] : NOTHING
  })
  const id = `organs ${(made += 1)}`
  return { getId: () => id, createLookupTable: () => table }
}
