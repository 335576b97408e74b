// What one plane shows, as the screen hands it to its view: everything each time.
import type { LayerStyle, SegmentStyles } from './organ-style.ts'
import type { PlaneView } from './placement.ts'
import type { Plane } from './planes.ts'
import type { Volume, Voxel } from './volume.ts'
import type { Window } from './windows.ts'

export interface ShownLayer {
  readonly id: string
  readonly volume: Volume
  /** Another object once something of it has changed, as are the segments. */
  readonly style: LayerStyle
  readonly segments: SegmentStyles
}

export interface SliceState {
  readonly plane: Plane
  readonly image: Volume
  /** The last one on top. */
  readonly layers: readonly ShownLayer[]
  readonly cross: Voxel
  readonly showCross: boolean
  readonly view: PlaneView
  readonly window: Window
  readonly title: string
}
