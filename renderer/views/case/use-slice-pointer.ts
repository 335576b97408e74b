// The mouse on a slice: left as the chosen tool says, right for the window, middle or Shift to move, wheel to scroll.
import type { PixelPoint, Plane } from '../../viewer/planes.ts'
import { planeAxes } from '../../viewer/planes.ts'
import { zoomAbout } from '../../viewer/placement.ts'
import type { SliceView } from '../../viewer/slice-view.ts'
import type { Voxel } from '../../viewer/volume.ts'
import { dragWindow } from '../../viewer/windows.ts'
import { useCaseStore } from './case-store.ts'
import { useLooksStore, type Tool } from './looks-store.ts'

interface Drag {
  readonly tool: Tool
  last: PixelPoint
}

/** One wheel step scrolls one slice; trackpads send many small ones. */
const WHEEL_STEP = 40

export interface SlicePointer {
  readonly down: (event: PointerEvent) => void
  readonly move: (event: PointerEvent) => void
  readonly up: (event: PointerEvent) => void
  readonly leave: () => void
  readonly wheel: (event: WheelEvent) => void
}

export function useSlicePointer(plane: () => Plane, view: () => SliceView | null): SlicePointer {
  const store = useCaseStore()
  const looks = useLooksStore()
  let drag: Drag | null = null
  let wheelRest = 0

  const placeOf = (event: MouseEvent): PixelPoint => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect()
    return { x: event.clientX - box.left, y: event.clientY - box.top }
  }

  function zoom(factor: number, at: PixelPoint, pane: HTMLElement): void {
    const placement = view()?.placement()
    if (!placement) return
    const ratio = devicePixelRatio
    const canvas = { width: pane.clientWidth * ratio, height: pane.clientHeight * ratio }
    const place = { x: at.x * ratio, y: at.y * ratio }
    store.setView(plane(), zoomAbout(store.views[plane()], factor, place, canvas, placement))
  }

  function pan(dx: number, dy: number): void {
    const placement = view()?.placement()
    if (!placement) return
    const { zoom: kept, panMm } = store.views[plane()]
    const perCss = placement.perMm / devicePixelRatio
    store.setView(plane(), { zoom: kept, panMm: { x: panMm.x + dx / perCss, y: panMm.y + dy / perCss } })
  }

  function act(tool: Tool, at: PixelPoint, { x: dx, y: dy }: PixelPoint, pane: HTMLElement): void {
    if (tool === 'navigate') {
      const voxel = view()?.voxelAt(at)
      if (voxel) store.moveTo(voxel)
    } else if (tool === 'window') {
      store.window = dragWindow(store.window, dx, dy, Math.max(pane.clientWidth, 1))
    } else if (tool === 'pan') pan(dx, dy)
    else zoom(Math.exp(-dy / 150), { x: pane.clientWidth / 2, y: pane.clientHeight / 2 }, pane)
  }

  return {
    down(event) {
      const pane = event.currentTarget as HTMLElement
      pane.setPointerCapture(event.pointerId)
      const tool = event.button === 2 ? 'window' : event.button === 1 || event.shiftKey ? 'pan' : looks.tool
      const at = placeOf(event)
      drag = { tool, last: at }
      act(tool, at, { x: 0, y: 0 }, pane)
    },
    move(event) {
      const at = placeOf(event)
      store.hover = view()?.voxelAt(at) ?? null
      if (!drag) return
      const moved = { x: at.x - drag.last.x, y: at.y - drag.last.y }
      drag.last = at
      act(drag.tool, at, moved, event.currentTarget as HTMLElement)
    },
    up: () => void (drag = null),
    leave: () => void (store.hover = null),
    wheel(event) {
      event.preventDefault()
      const at = placeOf(event)
      if (event.ctrlKey) return zoom(Math.exp(-event.deltaY / 300), at, event.currentTarget as HTMLElement)
      wheelRest += event.deltaY
      const steps = Math.trunc(wheelRest / WHEEL_STEP)
      wheelRest -= steps * WHEEL_STEP
      if (steps !== 0) store.moveTo(stepAcross(store.cross, plane(), towardsHead(plane(), steps)))
    },
  }
}

/** Rolling down goes towards the feet, to the back and to the right: down the list of slices. */
const towardsHead = (plane: Plane, steps: number): number => (plane === 'axial' ? -steps : steps)

export function stepAcross(cross: Voxel, plane: Plane, steps: number): Voxel {
  const next: [number, number, number] = [cross[0], cross[1], cross[2]]
  next[planeAxes[plane].across] += steps
  return next
}
