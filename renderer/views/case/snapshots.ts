// Panes that can be put into a screenshot, as long as they are on the screen.
import { joinCanvases, type PlacedCanvas } from '../../viewer/png.ts'

export interface Snapshotable {
  readonly element: HTMLElement
  readonly snapshot: () => HTMLCanvasElement | Promise<HTMLCanvasElement>
}

const panes = new Set<Snapshotable>()

/** @returns a function that takes it out again */
export function offerSnapshot(pane: Snapshotable): () => void {
  panes.add(pane)
  return () => void panes.delete(pane)
}

/** All panes as they lie on the screen. @param frame the element around them */
export async function takeSnapshot(frame: HTMLElement): Promise<Blob> {
  const ratio = devicePixelRatio
  const outer = frame.getBoundingClientRect()
  const parts: PlacedCanvas[] = []
  for (const { element, snapshot } of panes) {
    const inner = element.getBoundingClientRect()
    const [x, y] = [inner.left - outer.left, inner.top - outer.top].map((place) => Math.round(place * ratio))
    parts.push({ canvas: await snapshot(), x, y })
  }
  return joinCanvases(parts, Math.round(outer.width * ratio), Math.round(outer.height * ratio))
}
