// The keyboard of the viewer, as one table: what the page listens to is what the map on ? shows.
export type Action =
  | 'slice-up'
  | 'slice-down'
  | 'page-up'
  | 'page-down'
  | 'first-slice'
  | 'last-slice'
  | 'next-case'
  | 'previous-case'
  | 'axial'
  | 'coronal'
  | 'sagittal'
  | 'maximise'
  | 'side-by-side'
  | 'surfaces'
  | 'zoom-in'
  | 'zoom-out'
  | 'reset'
  | 'crosshair'
  | 'channel'
  | 'labels'
  | 'outline'
  | 'worst-slice'
  | 'screenshot'
  | 'automatic-window'
  | 'help'

export interface Binding {
  readonly keys: readonly string[]
  readonly shown: string
  readonly what: string
  readonly action: Action
}

const bind = (action: Action, keys: string[], what: string, shown = keys.join(' or ')): Binding => ({
  action,
  keys,
  what,
  shown,
})

export const BINDINGS: readonly Binding[] = [
  bind('slice-up', ['ArrowUp', 'ArrowRight'], 'Next slice', '↑ →'),
  bind('slice-down', ['ArrowDown', 'ArrowLeft'], 'Previous slice', '↓ ←'),
  bind('page-up', ['PageUp'], 'Ten slices on', 'Page up'),
  bind('page-down', ['PageDown'], 'Ten slices back', 'Page down'),
  bind('first-slice', ['Home'], 'First slice'),
  bind('last-slice', ['End'], 'Last slice'),
  bind('axial', ['a'], 'Axial plane'),
  bind('coronal', ['c'], 'Coronal plane'),
  bind('sagittal', ['s'], 'Sagittal plane'),
  bind('maximise', ['m'], 'Chosen plane alone, or all planes'),
  bind('side-by-side', ['d'], 'Two layers side by side'),
  bind('surfaces', ['v'], '3D surfaces on or off'),
  bind('zoom-in', ['+', '='], 'Zoom in', '+'),
  bind('zoom-out', ['-'], 'Zoom out'),
  bind('reset', ['r'], 'Whole slice again'),
  bind('crosshair', ['x'], 'Crosshair on or off'),
  bind('channel', ['b'], 'Next channel of the image'),
  bind('labels', ['l'], 'Labels on or off'),
  bind('outline', ['o'], 'Labels filled or outlined'),
  bind('worst-slice', ['w'], 'Slice with most differences to the true labels'),
  bind('automatic-window', ['0'], 'Window as it was at first'),
  bind('next-case', ['n', ']'], 'Next case', 'n'),
  bind('previous-case', ['p', '['], 'Previous case', 'p'),
  bind('screenshot', ['i'], 'Screenshot as PNG'),
  bind('help', ['?'], 'This list'),
]

/** @returns the action of a key, unless it is typed into a field or meant for the browser */
export function actionOf(event: KeyboardEvent): Action | null {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return null
  const target = event.target
  if (target instanceof HTMLElement && target.closest('input, textarea, select, [role="slider"], [role="combobox"]')) {
    return null
  }
  return BINDINGS.find(({ keys }) => keys.includes(event.key))?.action ?? null
}
