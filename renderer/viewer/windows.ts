// Which values are shown black and white: presets for CT in Hounsfield units, automatic for everything else.
export interface Window {
  readonly centre: number
  readonly width: number
}

export interface WindowPreset extends Window {
  readonly name: string
  readonly key: string
}

export const CT_PRESETS: readonly WindowPreset[] = [
  { name: 'Soft tissue', key: '1', centre: 40, width: 400 },
  { name: 'Brain', key: '2', centre: 40, width: 80 },
  { name: 'Bone', key: '3', centre: 400, width: 1800 },
  { name: 'Lung', key: '4', centre: -600, width: 1500 },
  { name: 'Liver', key: '5', centre: 60, width: 160 },
]

/** Dragging right widens, dragging down brightens less: the whole pane is about one width of the window. */
export function dragWindow(window: Window, dx: number, dy: number, paneSize: number): Window {
  const step = Math.max(window.width, 1) / paneSize
  return { centre: window.centre + dy * step * 1.5, width: Math.max(step, window.width + dx * step * 2) }
}
