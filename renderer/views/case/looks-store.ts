// How things look in the viewer, kept from case to case: colours and visibility of organs, opacity of layers, layout.
import { defineStore } from 'pinia'
import { reactive, ref } from 'vue'
import type { Layer, Segment } from '../../../contract/api/volumes.ts'
import type { Plane } from '../../viewer/planes.ts'
import {
  styleKey,
  type DrawMode,
  type LayerStyle,
  type SegmentStyle,
  type SegmentStyles,
} from '../../viewer/organ-style.ts'

export type Layout = 'planes' | 'single' | 'side-by-side'
export type Tool = 'navigate' | 'window' | 'pan' | 'zoom'

export const useLooksStore = defineStore('looks', () => {
  const segments = reactive(new Map<string, SegmentStyle>())
  const layers = reactive(new Map<string, LayerStyle>())
  const layout = ref<Layout>('planes')
  const plane = ref<Plane>('axial')
  const tool = ref<Tool>('navigate')
  const labelsVisible = ref(true)
  const crossVisible = ref(true)
  const surfaces = ref(true)
  /** Layers of the left and right half when two are compared. */
  const sides = ref<{ left: string | null; right: string | null }>({ left: null, right: null })

  const segmentStyle = (layer: Layer, segment: Segment): SegmentStyle =>
    segments.get(styleKey(layer, segment)) ?? { visible: !startsHidden(segment), color: segment.color, opacity: 1 }

  function setSegment(layer: Layer, segment: Segment, change: Partial<SegmentStyle>): void {
    segments.set(styleKey(layer, segment), { ...segmentStyle(layer, segment), ...change })
  }

  const styleOf = (layer: Layer): LayerStyle => layers.get(layer.kind) ?? firstStyle(layer)

  /** Layers of a kind look alike: what was chosen for one prediction holds for the next. */
  function setStyle(layer: Layer, change: Partial<LayerStyle>): void {
    layers.set(layer.kind, { ...styleOf(layer), ...change })
  }

  const segmentsOf = (layer: Layer): SegmentStyles =>
    new Map(layer.segments.map((segment) => [segment.value, segmentStyle(layer, segment)]))

  function setMode(mode: DrawMode, of: readonly Layer[]): void {
    for (const layer of of) setStyle(layer, { mode })
  }

  return {
    ...{ layout, plane, tool, labelsVisible, crossVisible, surfaces, sides },
    ...{ segmentStyle, setSegment, styleOf, setStyle, segmentsOf, setMode },
  }
})

/** Ignored voxels fill most of a scan; whoever wants to see them turns them on. */
const startsHidden = (segment: Segment): boolean => segment.name === 'Ignored'

/** The truth as lines, so that a prediction can be seen inside of them. */
const firstStyle = ({ kind }: Layer): LayerStyle =>
  kind === 'truth' ? { opacity: 0.35, mode: 'both' } : { opacity: 0.45, mode: 'fill' }
